"""How backups stand at this moment: what is good, what is wrong, what goes on."""

from collections.abc import Sequence
from dataclasses import dataclass

from leasehold.backups.catalog import Backup
from leasehold.backups.lock import who_works
from leasehold.backups.places import Places
from leasehold.backups.record import read_record
from leasehold.backups.runs import Run, list_runs
from leasehold.backups.states import State
from leasehold.kit.database import Connection
from leasehold.panel.backups.lines import Line, line_of, lines_of

_RUNS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Now:
    """`lines` are all backups. `verified` and `proved` are the newest that are so; `failed` is the newest of all where
    it failed, `interrupted` are those that can be gone on with.

    `archived` says that there is an archive, `overdue` that there should be a newer good backup. `worker` is who works
    on backups just now, in its own words; `runs` are the latest that were started in the panel.
    """

    lines: Sequence[Line]
    verified: Line | None
    proved: Line | None
    failed: Line | None
    interrupted: Sequence[Line]
    archived: bool
    overdue: bool
    worker: str | None
    runs: Sequence[Run]

    @property
    def good(self) -> Line | None:
        """The newest backup that is as good as it should be."""
        return self.proved if self.archived else self.verified

    @property
    def busy(self) -> bool:
        """Whether something goes on."""
        return _is_busy(self.worker, self.runs)


def read_now(connection: Connection, places: Places, backups: Sequence[Backup], *, archived: bool) -> Now:
    """How the catalogue's `backups` (newest first) stand, and what is done with them."""
    worker = who_works(places)
    runs = list_runs(places, most=_RUNS_SHOWN)
    busy = _is_busy(worker, runs)

    def newest(state: State) -> Line | None:
        return next((line_of(one, someone_works=busy) for one in backups if one.state.reaches(state)), None)

    lines = lines_of(backups, someone_works=busy)
    return Now(
        lines=lines,
        verified=newest(State.LOCAL),
        proved=newest(State.PROVED),
        failed=lines[0] if backups and backups[0].failure is not None else None,
        interrupted=[line for line in lines if line.state.value == "interrupted"],
        archived=archived,
        overdue=read_record(connection).is_overdue,
        worker=worker,
        runs=runs,
    )


def _is_busy(worker: str | None, runs: Sequence[Run]) -> bool:
    return worker is not None or any(run.goes_on for run in runs)
