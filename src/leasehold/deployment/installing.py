"""Files that belong to others' programs: written whole or not at all, and never over somebody else's work."""

import errno
import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from leasehold.kit.errors import ConfigurationError

_MARK = re.compile(r"# Written by `(?P<by>[^`]+)` \((?P<digest>[0-9a-f]{64})\): .*\n")


def marked(text: str, *, by: str) -> str:
    """`text` under a line that says who wrote it, and by which a change made by hand is known."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    return f"# Written by `{by}` ({digest}): run that again instead of changing this file.\n{text}"


@contextmanager
def replaced(path: Path, text: str) -> Iterator[bool]:
    """`path` holds `text` for the block, and for good where that does not raise; else it is as it was before.

    Gives whether anything changed. Raises `ConfigurationError` where the file is not one of ours, was changed by hand,
    or cannot be written.
    """
    before = _read_ours(path)
    if before == text:
        yield False
        return
    _write(path, text)
    try:
        yield True
    except BaseException:
        if before is None:
            path.unlink()
        else:
            _write(path, before)
        raise


def not_written(path: Path, error: OSError) -> ConfigurationError:
    """What to say, and to do, where a file could not be written."""
    cure = "free some space" if error.errno == errno.ENOSPC else "run this as root"
    return ConfigurationError(f"{path} cannot be written ({error.strerror}): {cure}, then run this again.")


def _read_ours(path: Path) -> str | None:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{path} cannot be read ({error}): run this as root.") from error
    mark = _MARK.match(text)
    if mark is None:
        raise ConfigurationError(
            f"{path} exists and was not written by Leasehold, so it stays as it is: move it away, "
            "or name another file with --file."
        )
    if hashlib.sha256(text[mark.end() :].encode()).hexdigest() != mark["digest"]:
        raise ConfigurationError(
            f"{path} was changed by hand since `{mark['by']}` wrote it, so it stays as it is: move it away "
            "(put what you need besides into a file of your own), then run this again."
        )
    return text


def _write(path: Path, text: str) -> None:
    draft = path.with_name(f".{path.name}.new")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.chmod(0o644)
        draft.replace(path)
    except FileNotFoundError as error:
        raise ConfigurationError(f"There is no directory {path.parent}: name another file with --file.") from error
    except OSError as error:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise not_written(path, error) from error
