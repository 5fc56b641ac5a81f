"""`leasehold logs`: the last lines of the programs' logs, and what is added to them."""

import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from leasehold.embedded.log_files import LOG_NAMES, log_path
from leasehold.kit.errors import ConfigurationError

_POLL_SECONDS = 0.2
_BYTES_A_LINE = 1000


def log_lines(data_dir: Path, name: str | None, *, lines: int, follow: bool) -> Iterator[tuple[str, str]]:
    """(program, line) of one log or of all: the last `lines` of each; with `follow`, without end, what comes.

    Raises `ConfigurationError` for a name that no log has, and where nothing has ever run.
    """
    if name is not None and name not in LOG_NAMES:
        raise ConfigurationError(f"There is no log {name!r}: choose one of {', '.join(LOG_NAMES)}.")
    names = [name] if name else [each for each in LOG_NAMES if log_path(data_dir, each).exists()]
    if not names or not log_path(data_dir, names[0]).exists():
        raise ConfigurationError(f"There are no logs in {data_dir / 'logs'}: start Leasehold with `leasehold up`.")
    return _lines(data_dir, names, lines, follow=follow)


def readable(line: str) -> str:
    """A JSON line of our programs as a person reads it; any other line as it is."""
    try:
        entry = json.loads(line)
        rest = {key: value for key, value in entry.items() if key not in _SHOWN}
        text = f"{entry['at'][:19]}Z {entry['level']:<8} {entry['event']}"
    except (ValueError, KeyError, TypeError, AttributeError):
        return line
    trace = rest.pop("exception", None)
    details = " ".join(f"{key}={value}" for key, value in rest.items())
    return "\n".join(part for part in (f"{text} {details}".rstrip(), trace) if part)


_SHOWN = frozenset({"at", "level", "event", "program", "logger"})


def _lines(data_dir: Path, names: Sequence[str], lines: int, *, follow: bool) -> Iterator[tuple[str, str]]:
    positions = {}
    for name in names:
        text, positions[name] = _tail(log_path(data_dir, name), lines)
        yield from ((name, line) for line in text)
    while follow:
        for name in names:
            text, positions[name] = _since(log_path(data_dir, name), positions[name])
            yield from ((name, line) for line in text)
        time.sleep(_POLL_SECONDS)


def _tail(path: Path, lines: int) -> tuple[list[str], int]:
    """The last lines, without reading a long file as a whole; and where it ends."""
    with path.open("rb") as file:
        end = file.seek(0, 2)
        wanted = lines * _BYTES_A_LINE
        text = b""
        while True:
            file.seek(max(0, end - wanted))
            text = file.read(end - file.tell())
            if text.count(b"\n") > lines or wanted >= end:
                return text.decode(errors="replace").splitlines()[-lines:] if lines else [], end
            wanted *= 2


def _since(path: Path, position: int) -> tuple[list[str], int]:
    """The whole lines after `position`; from the beginning where the file was begun anew."""
    if path.stat().st_size < position:
        position = 0
    with path.open("rb") as file:
        file.seek(position)
        text = file.read()
    whole = text[: text.rfind(b"\n") + 1]
    return whole.decode(errors="replace").splitlines(), position + len(whole)
