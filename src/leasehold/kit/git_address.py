"""Where a git repository is: over SSH, or a directory of this machine. Nothing else is let near git."""

import re
from dataclasses import dataclass
from pathlib import Path

# Neither git, ssh nor the shell that ssh starts may take a part of it for an option or for more than a name.
_USER = r"(?:(?P<user>[A-Za-z0-9_][A-Za-z0-9._-]*)@)?"
_HOST = r"(?P<host>[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])"
_URL = re.compile(rf"ssh://{_USER}{_HOST}(?::(?P<port>[0-9]{{1,5}}))?(?P<path>/[^-].*)")
_SCP = re.compile(rf"{_USER}{_HOST}:(?P<path>[^-:/][^:]*|/[^-:/][^:]*)")


class AddressInvalid(ValueError):
    """This is no address of a repository that can be used."""


@dataclass(frozen=True)
class GitAddress:
    """`text` is what git is given. `host` is None where the repository is a directory of this machine."""

    text: str
    host: str | None = None
    port: int | None = None

    @property
    def directory(self) -> Path | None:
        """The directory of a repository on this machine."""
        return Path(self.text) if self.host is None else None

    def numbered(self, number: int) -> "GitAddress":
        """The one beside it that is called like it with `-0002` for the number 2; 1 is itself."""
        if number == 1:
            return self
        stem = self.text.removesuffix(".git")
        return GitAddress(f"{stem}-{number:04}{self.text[len(stem) :]}", self.host, self.port)


def read_address(text: str) -> GitAddress:
    """The address that `text` stands for; a path is absolute, and begins with `/` or `~`. Raises `AddressInvalid`."""
    if not text.isprintable() or text != text.strip():
        raise AddressInvalid(text)
    if text.startswith(("/", "~")):
        return _local(text)
    found = _URL.fullmatch(text) or _SCP.fullmatch(text)
    if found is None:
        raise AddressInvalid(text)
    port = found.groupdict().get("port")
    return GitAddress(text, found["host"].strip("[]"), int(port) if port else None)


def _local(text: str) -> GitAddress:
    try:
        path = Path(text).expanduser()
    except RuntimeError as error:
        raise AddressInvalid(text) from error
    if not path.is_absolute() or path == Path("/") or ".." in path.parts:
        raise AddressInvalid(text)
    return GitAddress(str(path))
