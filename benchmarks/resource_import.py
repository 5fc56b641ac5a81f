"""How long the import of a large file takes, and how much memory; and lists and searches among so many.

The file is imported as `leasehold resource import` does it, by a process of its own whose memory is measured, into an
embedded PostgreSQL with its default durability.

    python benchmarks/resource_import.py [--rows 1000000] [--kind ipv4|phone|domain]
"""

import argparse
import multiprocessing
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from leasehold.embedded.cluster import Cluster
from leasehold.kit.actor import Actor
from leasehold.kit.configuration import load_configuration
from leasehold.kit.database import DATABASE_NAME, Database, Role, database_for
from leasehold.kit.guard import Unguarded
from leasehold.kit.listing import Wanted, read_page
from leasehold.kit.orm import engine_of, transaction
from leasehold.migrations.runner import migrate
from leasehold.resources.importing.service import preview_import, take_import
from leasehold.resources.lists import POOLS, RESOURCES, read_stock
from leasehold.resources.models import ResourcePool
from leasehold.resources.pools import PoolCard, create_pool
from leasehold.resources.vocabulary import ResourceKind

SECONDS_WANTED = 60.0
LOOKS = 20
ACTOR = Actor("benchmark")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--kind", type=ResourceKind, default=ResourceKind.IPV4)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="leasehold-benchmark-", ignore_cleanup_errors=True) as directory:
        cluster = Cluster(Path(directory))
        cluster.start(subprocess.DEVNULL)
        try:
            took = measure(Path(directory), cluster, arguments.kind, arguments.rows)
        finally:
            cluster.stop()
    if took > SECONDS_WANTED:
        sys.exit(f"the import took {took:.1f} s, more than the {SECONDS_WANTED:g} s that we claim")


def measure(data_dir: Path, cluster: Cluster, kind: ResourceKind, rows: int) -> float:
    """Print every figure; returns the seconds of the import."""
    with psycopg.connect(cluster.superuser_conninfo, autocommit=True) as superuser:
        if not superuser.execute("SELECT FROM pg_database WHERE datname = %s", (DATABASE_NAME,)).fetchall():
            superuser.execute(f"CREATE DATABASE {DATABASE_NAME} OWNER {Role.OWNER.value}")
    configuration = load_configuration(data_dir=str(data_dir))
    owner, panel = (database_for(configuration, role) for role in (Role.OWNER, Role.PANEL))
    migrate(owner, Unguarded())
    with transaction(panel, ACTOR) as session:
        pool_id = create_pool(session, kind, PoolCard("benchmark")).id
    engine_of(panel).dispose()
    took = 0.0
    for share in (10, 1):
        file = data_dir / "values.txt"
        with file.open("w") as opened:
            opened.writelines(f"{value}\n" for value in values(kind, rows // share))
        took, memory = in_a_process(panel, pool_id, file)
        print(f"{rows // share:,} rows of {file.stat().st_size / 1e6:.1f} MB: {took:.1f} s, {memory:.0f} MB of memory")
    with owner.connect(application="benchmark", autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE resources")
    for name, filters in looks(kind, rows).items():
        print(f"{name}: {look(panel, filters):.1f} ms at p95")
    print(f"how full all pools are: {look_at_pools(panel):.1f} ms at p95")
    return took


def values(kind: ResourceKind, rows: int) -> Iterator[str]:
    for number in range(rows):
        match kind:
            case ResourceKind.IPV4:
                yield f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"
            case ResourceKind.PHONE:
                yield f"+4930{20_000_000 + number}"
            case ResourceKind.DOMAIN:
                yield f"host-{number}.example.co.uk"


def in_a_process(database: Database, pool_id: int, file: Path) -> tuple[float, float]:
    """Seconds, and megabytes of memory at most."""
    fork = multiprocessing.get_context("fork")
    result = fork.Queue()
    process = fork.Process(target=import_file, args=(database, pool_id, file, result))
    process.start()
    took, memory = result.get()
    process.join()
    return took, memory


def import_file(database: Database, pool_id: int, file: Path, result: Any) -> None:
    begun = time.perf_counter()
    with transaction(database, ACTOR) as session:
        pool = session.get_one(ResourcePool, pool_id)
        preview = preview_import(session, pool, file)
        print(f"  read and judged after {time.perf_counter() - begun:.1f} s", flush=True)
        take_import(session, pool, preview, actor=ACTOR)
    result.put((time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


def looks(kind: ResourceKind, rows: int) -> dict[str, dict[str, list[str]]]:
    some = list(values(kind, rows))[-1]
    return {
        "the first page": {},
        "free ones of the kind": {"kind": [kind.value], "state": ["free"]},
        "allocated ones": {"state": ["allocated"]},
        "in quarantine": {"state": ["quarantined"]},
        f"begins with {some[:8]}": {"q": [some[:8]]},
        f"ends with {some[-4:]}": {"q": [some[-4:]]},
    }


def look_at_pools(database: Database) -> float:
    """Milliseconds at the 95th percentile for the list of pools with its figures."""
    took = []
    with transaction(database, ACTOR) as session:
        for _ in range(LOOKS):
            begun = time.perf_counter()
            read_page(session, POOLS, Wanted({}), read_stock(session))
            took.append((time.perf_counter() - begun) * 1000)
    return statistics.quantiles(took, n=20)[-1]


def look(database: Database, filters: dict[str, list[str]]) -> float:
    """Milliseconds at the 95th percentile for the page and the one after it."""
    took = []
    with transaction(database, ACTOR) as session:
        for _ in range(LOOKS):
            begun = time.perf_counter()
            page = read_page(session, RESOURCES, Wanted(filters), None)
            took.append((time.perf_counter() - begun) * 1000)
            if page.next is not None:
                begun = time.perf_counter()
                read_page(session, RESOURCES, Wanted(filters, cursor=page.next), None)
                took.append((time.perf_counter() - begun) * 1000)
    return statistics.quantiles(took, n=20)[-1]


if __name__ == "__main__":
    main()
