"""An installation about which there is something to tell."""

from datetime import datetime, timedelta
from pathlib import Path

from leasehold.backups.catalog import Catalog
from leasehold.backups.names import name_for
from leasehold.backups.places import Places
from leasehold.backups.record import write_record
from leasehold.backups.states import State
from leasehold.kit.database import Role
from leasehold.operations.activity import sample_activity
from leasehold.worker.jobs import JOBS
from leasehold.worker.schedules import enrol
from tests.conftest import FreshDatabase

_FIRST = datetime.fromisoformat("2026-01-01T03:00:00+00:00")
STEPS = (State.PLANNED, State.VERIFIED, State.LOCAL, State.PUSHED, State.PROVED)


def back_up(data_dir: Path, *sizes: int) -> Catalog:
    """A backup a day, each proved to be in the archive, to which it has added so many bytes."""
    places = Places(data_dir)
    places.root.mkdir(parents=True, exist_ok=True)
    catalog = Catalog(places)
    for day, size in enumerate(sizes):
        name = name_for(_FIRST + timedelta(days=day))
        for step in STEPS:
            facts = {"archived_bytes": size, "volume": 1} if step is State.PUSHED else {}
            catalog.add(step, name, **facts)
    return catalog


def observe(fresh: FreshDatabase, data_dir: Path) -> None:
    """Let the worker have begun, a sample be taken, and backups be in an archive."""
    catalog = back_up(data_dir, 5000, 300)
    with fresh.as_role(Role.WORKER).connect(application="test") as worker:
        enrol(worker, JOBS)
        sample_activity(worker)
        write_record(worker, catalog.backups(), archived=True)
