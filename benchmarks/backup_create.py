"""A dump with its trial, against stock `pg_dump -Fd` with the same trial: how long, and how much memory.

A database of about a million rows is made, of the kinds and in the proportions of `seed.py`; then both are measured in
turn. What ours does besides: it reads and hashes every row of the source, in the same snapshot.

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

from leasehold.backups.database.dumping import dump
from leasehold.backups.database.programs import Programs, programs_for, server_major
from leasehold.backups.database.verifying import verify
from leasehold.backups.database.way_in import way_in
from leasehold.backups.guard import NoBackupsYet
from leasehold.backups.manifest import DatabaseFacts
from leasehold.embedded.cluster import Cluster
from leasehold.kit.configuration import Configuration, load_configuration
from leasehold.kit.database import Role, database_for
from leasehold.migrations.runner import migrate

ROWS_FOR_A_LICENSE = 18


def main() -> None:
    parser = argparse.ArgumentParser(description="A dump with its trial, against stock pg_dump with the same trial.")
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
        migrate(owner, NoBackupsYet())
        seed(owner, Size.like(rows // ROWS_FOR_A_LICENSE))
        yield configuration
    finally:
        cluster.stop()


def _compare(configuration: Configuration, work: Path, rounds: int) -> None:
    with database_for(configuration, Role.BACKUP).connect(application="benchmark") as connection:
        programs = programs_for(server_major(connection))
    ours, trials, plain = [], [], []
    for _ in range(rounds):
        seconds, facts = _timed_dump(configuration, work, programs)
        ours.append(seconds)
        trials.append(_timed_trial(work / "database", facts, work, programs))
        plain.append(_timed_pg_dump(configuration, work / "plain", programs))
    rows = sum(table.rows for table in facts.tables)
    size = sum(path.stat().st_size for path in (work / "database").iterdir())
    print(f"{rows:,} rows, {size / 2**20:,.0f} MiB of dump, medians of {rounds} rounds")
    dumped, tried, stock = statistics.median(ours), statistics.median(trials), statistics.median(plain)
    print(f"  dump with counts and hashes  {dumped:6.2f} s   {_all(ours)}")
    print(f"  restore and comparison       {tried:6.2f} s   {_all(trials)}")
    print(f"  stock pg_dump -Fd            {stock:6.2f} s   {_all(plain)}")
    print(f"  ours {dumped + tried:.2f} s, stock with the same trial {stock + tried:.2f} s,"
          f" ratio {(dumped + tried) / (stock + tried):.2f}")  # fmt: skip
    for who, name in ((resource.RUSAGE_SELF, "this process"), (resource.RUSAGE_CHILDREN, "largest child")):
        print(f"  peak memory of {name}: {resource.getrusage(who).ru_maxrss / 1024:,.0f} MiB")


def _timed_dump(configuration: Configuration, work: Path, programs: Programs) -> tuple[float, DatabaseFacts]:
    begun = time.perf_counter()
    facts = dump(database_for(configuration, Role.BACKUP), work / "database", programs=programs)
    return time.perf_counter() - begun, facts


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


def _all(seconds: list[float]) -> str:
    return ", ".join(f"{one:.2f}" for one in sorted(seconds))


if __name__ == "__main__":
    main()
