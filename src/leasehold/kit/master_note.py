"""What the license server's first process leaves in the run directory for whoever wants its processes replaced."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from leasehold.kit.run_dir import run_dir

_FILE_NAME = "server.json"


@dataclass(frozen=True, slots=True)
class MasterNote:
    """`pid` takes SIGHUP; `replacements` counts those that ended, `failure` says why the last one came to nothing."""

    pid: int
    workers: tuple[int, ...]
    replacements: int = 0
    failure: str | None = None


def write_master_note(data_dir: Path, note: MasterNote) -> None:
    """Replace the note as a whole."""
    path = run_dir(data_dir) / _FILE_NAME
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(asdict(note)), encoding="ascii")
    draft.replace(path)


def read_master_note(data_dir: Path) -> MasterNote | None:
    """The note of the license server that runs on `data_dir`; None where none runs."""
    try:
        values = json.loads((run_dir(data_dir) / _FILE_NAME).read_text(encoding="ascii"))
        note = MasterNote(**{**values, "workers": tuple(values["workers"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return note if _still_runs(note.pid) else None


def remove_master_note(data_dir: Path) -> None:
    """The license server has ended in order."""
    (run_dir(data_dir) / _FILE_NAME).unlink(missing_ok=True)


def _still_runs(pid: int) -> bool:
    """A process of that number, and one of ours: numbers are given again."""
    try:
        return b"leasehold" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
