"""The log files of the programs under the supervisor: kept small, and read for what a person must see at once."""

import json
import os
from pathlib import Path

_KEEP_BYTES = 20 * 1024 * 1024
_LOUD = frozenset({"warning", "error", "critical"})

LOG_NAMES = ("server", "panel", "worker", "postgresql")


def log_path(data_dir: Path, name: str) -> Path:
    """Where the program `name` writes what it has to say."""
    return data_dir / "logs" / f"{name}.log"


def open_log(data_dir: Path, name: str) -> int:
    """A descriptor to append to the program's log, for its owner alone to read; a long one is moved to `.log.1`."""
    path = log_path(data_dir, name)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    if path.exists() and path.stat().st_size > _KEEP_BYTES:
        path.replace(path.with_suffix(".log.1"))
    return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)


class WarningsOf:
    """Gives the warnings that have come into a log since it was looked at last."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._position = path.stat().st_size if path.exists() else 0

    def new(self) -> list[str]:
        """The sentences of warnings and errors in lines completed since the last call."""
        with self._path.open("rb") as file:
            file.seek(self._position)
            text = file.read()
        whole = text[: text.rfind(b"\n") + 1]
        self._position += len(whole)
        return [sentence for line in whole.decode(errors="replace").splitlines() if (sentence := _warning_in(line))]


def last_words(path: Path) -> str:
    """The last line of a log, where that is plain text; a program that could still log has said it in its own way."""
    lines = path.read_bytes()[-4096:].decode(errors="replace").strip().splitlines()
    return lines[-1] if lines and not lines[-1].startswith("{") else ""


def _warning_in(line: str) -> str | None:
    if "PANIC:" in line:
        return line
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    if isinstance(entry, dict) and entry.get("level") in _LOUD:
        return str(entry.get("event"))
    return None
