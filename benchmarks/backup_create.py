"""A whole backup, against stock `pg_dump -Fd` and the same trial restore: how long, and how much memory.

A database of about a million rows is made, of the kinds and in the proportions of `seed.py`; then both are measured in
turn. What ours does besides: it reads and hashes every row of the source in the same snapshot, collects the files,
compresses, seals and keeps it all. The first round's backup stands alone, those after it are differences.

    python benchmarks/backup_create.py [--rows 1000000] [--rounds 3]
"""

import argparse
import resource
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from seed import Size, seed

from leasehold.backups.catalog import Catalog
from leasehold.backups.database.dumping import dump
from leasehold.backups.database.programs import Programs, programs_for, server_major
from leasehold.backups.database.verifying import verify
from leasehold.backups.database.way_in import way_in
from leasehold.backups.engine import create
from leasehold.backups.manifest import DatabaseFacts, Manifest, read_manifest
from leasehold.backups.places import Places
from leasehold.backups.states import State
from leasehold.embedded.cluster import Cluster
from leasehold.kit.configuration import Configuration, load_configuration
from leasehold.kit.database import Role, database_for
from leasehold.kit.guard import Unguarded
from leasehold.migrations.runner import migrate

ROWS_FOR_A_LICENSE = 18
MADE = (State.DUMPED, State.VERIFIED, State.SEALED, State.LOCAL)


def main() -> None:
    parser = argparse.ArgumentParser(description="A whole backup, against stock pg_dump and the same trial.")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="leasehold-benchmark-", ignore_cleanup_errors=True) as directory,
        installation(Path(directory), arguments.rows) as configuration,
    ):
        _compare(configuration, Path(directory), arguments.rounds)


@contextmanager
def installation(data_dir: Path, rows: int) -> Iterator[Configuration]:
    """The embedded PostgreSQL as `leasehold up` runs it, with about so many rows."""
    cluster = Cluster(data_dir)
    cluster.start(subprocess.DEVNULL)
    try:
        configuration = load_configuration(data_dir=data_dir, database_url=None)
        owner = database_for(configuration, Role.OWNER)
        migrate(owner, Unguarded())
        seed(owner, Size.like(rows // ROWS_FOR_A_LICENSE))
        yield configuration
    finally:
        cluster.stop()


def _compare(configuration: Configuration, work: Path, rounds: int) -> None:
    with database_for(configuration, Role.BACKUP).connect(application="benchmark") as connection:
        programs = programs_for(server_major(connection))
    ratios = []
    for number in range(1, rounds + 1):
        manifest, steps = _timed_backup(configuration)
        now = dump(database_for(configuration, Role.BACKUP), work / "facts", programs=programs)
        dumping = _timed_pg_dump(configuration, work / "plain", programs)
        trial = _timed_trial(work / "plain", now, work, programs)
        if number == 1:
            rows = sum(table.rows for table in manifest.database.tables)
            print(f"{rows:,} rows, {sum(file.size for file in manifest.files) / 2**20:,.0f} MiB before compression")
        whole, stock = sum(steps.values()), dumping + trial
        ratios.append(whole / stock)
        parts = ", ".join(f"{name} {seconds:.1f}" for name, seconds in steps.items())
        print(f"  {number}: ours {whole:.1f} s ({parts})")
        print(f"     stock {stock:.1f} s (dump {dumping:.1f}, trial {trial:.1f}), ratio {ratios[-1]:.2f}")
    print(f"  median ratio {statistics.median(ratios):.2f}")
    for who, name in ((resource.RUSAGE_SELF, "this process"), (resource.RUSAGE_CHILDREN, "largest child")):
        print(f"  peak memory of {name}: {resource.getrusage(who).ru_maxrss / 1024:,.0f} MiB")


def _timed_backup(configuration: Configuration) -> tuple[Manifest, dict[str, float]]:
    """A backup, and how long each of its steps took; what is between them is the last of these."""
    begun = time.perf_counter()
    outcome = create(configuration, reason="benchmark", by="benchmark", say=lambda _: None, push=False)
    whole = time.perf_counter() - begun
    places = Places(configuration.data_dir)
    facts = Catalog(places).find(outcome.name).facts
    steps = {state.value: facts[f"{state}_seconds"] for state in MADE}
    manifest = read_manifest(places.manifest(outcome.name).read_bytes())
    return manifest, steps | {"between": whole - sum(steps.values())}


def _timed_trial(dumped: Path, facts: DatabaseFacts, work: Path, programs: Programs) -> float:
    begun = time.perf_counter()
    verify(dumped, facts, work / "scratch", programs)
    return time.perf_counter() - begun


def _timed_pg_dump(configuration: Configuration, target: Path, programs: Programs) -> float:
    shutil.rmtree(target, ignore_errors=True)
    with way_in(database_for(configuration, Role.BACKUP).conninfo, target.parent) as database:
        begun = time.perf_counter()
        subprocess.run(
            [str(programs.directory / "pg_dump"), "--format=directory", f"--file={target}", database], check=True
        )
        return time.perf_counter() - begun


if __name__ == "__main__":
    main()
