"""What a person asks to upgrade to: a wheel, or a version."""

import re
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution, metadata, requires
from pathlib import Path

from leasehold.upgrades.errors import UpgradeRefused

_NAME = "leasehold"
_VERSION = re.compile(r"\d[0-9A-Za-z.+!]*")
_REQUIRED = re.compile(r"(?P<name>[\w.-]+).*extra\s*==\s*['\"](?P<extra>[\w-]+)['\"]")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A release: its version, and its wheel where a person has one."""

    version: str
    wheel: Path | None

    @property
    def requirement(self) -> str:
        """It as pip takes it, with the extras that are installed now."""
        extras = ",".join(_extras_installed())
        name = f"{_NAME}[{extras}]" if extras else _NAME
        return f"{name} @ {self.wheel.as_uri()}" if self.wheel else f"{name}=={self.version}"


def read_wanted(text: str) -> Wanted:
    """The release that `text` names, a wheel's path or a version. Raises `UpgradeRefused`."""
    if not text.endswith(".whl"):
        if not _VERSION.fullmatch(text):
            raise _refused(f"{text!r} is neither a wheel nor a version like 1.4.0.")
        return Wanted(text, None)
    wheel = Path(text).expanduser().absolute()
    name, _, rest = wheel.name.partition("-")
    version = rest.partition("-")[0]
    if name != _NAME or not _VERSION.fullmatch(version):
        raise _refused(f"{wheel.name} is no wheel of Leasehold: they are like leasehold-1.4.0-py3-none-any.whl.")
    if not wheel.is_file():
        raise _refused(f"There is no file {wheel}.")
    return Wanted(version, wheel)


def _extras_installed() -> list[str]:
    """The extras of which everything is installed."""
    needed: dict[str, list[str]] = {extra: [] for extra in metadata(_NAME).get_all("Provides-Extra") or ()}
    for line in requires(_NAME) or ():
        found = _REQUIRED.match(line)
        if found is not None:
            needed[found["extra"]].append(found["name"])
    return sorted(extra for extra, names in needed.items() if names and all(map(_is_installed, names)))


def _is_installed(name: str) -> bool:
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True


def _refused(detail: str) -> UpgradeRefused:
    return UpgradeRefused("release_unknown", f"{detail} Nothing was changed.")
