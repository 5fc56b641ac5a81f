"""One backup: what happened to it and how long that took, which versions made it, what is in it; its download."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Response, render_template
from flask.typing import ResponseReturnValue

from leasehold.backups.catalog import Backup, Catalog
from leasehold.backups.errors import BackupError
from leasehold.backups.git import stream
from leasehold.backups.lock import who_works
from leasehold.backups.manifest import Manifest, read_manifest
from leasehold.backups.places import Places
from leasehold.panel.backups.lines import STEP_WORDS, line_of
from leasehold.panel.backups.noting import note
from leasehold.panel.backups.subject import pages
from leasehold.panel.context import installation
from leasehold.panel.rights import Right


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened to a backup, and how many seconds it took, where that is known."""

    words: str
    at: datetime
    seconds: float | None


@pages.page("/backups/<backup>", needs=Right.READ_ADMINISTRATION)
def show_backup(backup: str) -> ResponseReturnValue:
    """One backup."""
    places = _places()
    found = Catalog(places).find(backup)
    return render_template(
        "backups/backup.html",
        line=line_of(found, someone_works=who_works(places) is not None),
        facts=found.facts,
        steps=_steps(found),
        manifest=_manifest(places, found.name),
    )


@pages.page("/backups/<backup>/download", needs=Right.ADMINISTER, methods=("POST",), sensitive=True)
def download(backup: str) -> ResponseReturnValue:
    """The backup as one file, sealed as it is in the archive, with the instructions for stock tools."""
    places = _places()
    found = Catalog(places).find(backup)
    if not found.local:
        detail = f"{found.name} is no longer on this server: fetch its tag from the archive with git instead."
        raise BackupError("backup_not_here", detail)
    note("backup_download", found.name)
    tar = stream(places.repository, "archive", "--format=tar", f"--prefix={found.name}/", found.name)
    answer = Response(tar, content_type="application/x-tar")
    answer.headers.set("Content-Disposition", "attachment", filename=f"{found.name}.tar")
    return answer


def _places() -> Places:
    return Places(installation().configuration.data_dir)


def _steps(backup: Backup) -> Sequence[Step]:
    """In the order in which they happened."""
    return [
        Step(
            str(STEP_WORDS.get(step, step)),
            datetime.fromisoformat(at),
            backup.facts.get(f"{step}_seconds"),
        )
        for step, at in sorted(backup.reached.items(), key=lambda reached: reached[1])
    ]


def _manifest(places: Places, name: str) -> Manifest | None:
    """None where the backup did not come that far."""
    try:
        return read_manifest(places.manifest(name).read_bytes())
    except FileNotFoundError:
        return None
