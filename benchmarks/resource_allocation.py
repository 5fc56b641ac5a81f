"""How fast many processes allocate from one pool, beside the same with one advisory lock around it (as NetBox has it).

Processes with connections of their own allocate through the service, each for a license of its own, on an embedded
PostgreSQL with its default durability. Rounds of both ways alternate, so that other load on the machine meets both.

    python benchmarks/resource_allocation.py [--processes 32] [--allocations 40] [--count 1] [--rounds 5]
"""

import argparse
import multiprocessing
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg

from leasehold.embedded.cluster import Cluster
from leasehold.kit.actor import Actor
from leasehold.kit.configuration import load_configuration
from leasehold.kit.database import DATABASE_NAME, Connection, Database, Role, database_for
from leasehold.kit.guard import Unguarded
from leasehold.kit.orm import driver_connection, engine_of, transaction
from leasehold.licensing.license_key import new_license_key
from leasehold.migrations.runner import migrate
from leasehold.resources.allocating import Wanted, allocate
from leasehold.resources.pools import PoolCard, create_pool
from leasehold.resources.vocabulary import ResourceKind

TIMES_WANTED = 2.0
ACTOR = Actor("benchmark")
ONE_AT_A_TIME = "SET LOCAL lock_timeout = 0; SELECT pg_advisory_xact_lock(hashtextextended('benchmark', 0))"
FILL = """
INSERT INTO resource_imports (pool_id, file_name, sha256, good_rows_only, rows_new, rows_same, rows_duplicate,
                              rows_wrong, made_by) VALUES (%(pool)s, '', '', false, 0, 0, 0, 0, 'benchmark');
INSERT INTO resources (pool_id, kind, value, import_id)
SELECT %(pool)s, 'ipv4', host('10.0.0.0'::inet + n), (SELECT max(id) FROM resource_imports)
  FROM generate_series(0, %(count)s - 1) AS n;
"""
LICENSE = """
WITH p AS (INSERT INTO products (slug, name) VALUES ('studio', 'Studio')
           ON CONFLICT (slug) DO UPDATE SET slug = 'studio' RETURNING id),
     i AS (INSERT INTO institutions (name) VALUES ('Acme') RETURNING id),
     c AS (INSERT INTO customers (institution_id) SELECT id FROM i RETURNING id)
INSERT INTO licenses (license_key, customer_id, product_id, device_limit, concurrent_sessions_limit)
SELECT %s, c.id, p.id, 1, 1 FROM c, p
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--processes", type=int, default=32)
    parser.add_argument("--allocations", type=int, default=40, help="of each process in a round")
    parser.add_argument("--count", type=int, default=1, help="resources at once")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--as-worker", nargs=4, metavar=("CONNINFO", "KEY", "ALLOCATIONS", "WAY"), help=argparse.SUPPRESS
    )
    arguments = parser.parse_args()
    if arguments.as_worker:
        work(*arguments.as_worker, count=arguments.count)
        return
    with tempfile.TemporaryDirectory(prefix="leasehold-benchmark-", ignore_cleanup_errors=True) as directory:
        cluster = Cluster(Path(directory))
        cluster.start(subprocess.DEVNULL)
        try:
            ratio = measure(Path(directory), cluster, arguments)
        finally:
            cluster.stop()
    if ratio < TIMES_WANTED:
        sys.exit(f"{ratio:.1f} times as fast as with one lock, less than the {TIMES_WANTED:g} times that we claim")


def measure(data_dir: Path, cluster: Cluster, arguments: argparse.Namespace) -> float:
    """Print every figure; returns how many times as fast ours is."""
    with psycopg.connect(cluster.superuser_conninfo, autocommit=True) as superuser:
        if not superuser.execute("SELECT FROM pg_database WHERE datname = %s", (DATABASE_NAME,)).fetchall():
            superuser.execute(f"CREATE DATABASE {DATABASE_NAME} OWNER {Role.OWNER.value}")
    configuration = load_configuration(data_dir=str(data_dir))
    owner, panel = (database_for(configuration, role) for role in (Role.OWNER, Role.PANEL))
    migrate(owner, Unguarded())
    of_a_round = arguments.processes * arguments.allocations
    keys = [new_license_key() for _ in range(arguments.processes)]
    with owner.connect(application="benchmark") as connection:
        ACTOR.sign(connection)
        for key in keys:
            connection.execute(LICENSE, (key,))
    fill(owner, of_a_round * arguments.count * arguments.rounds * 2)
    seconds: dict[str, list[float]] = {"ours": [], "one lock": []}
    for _ in range(arguments.rounds):
        for way, took in seconds.items():
            took.append(round_of(panel, keys, way, arguments))
    for way, took in seconds.items():
        median = statistics.median(took)
        print(f"{way}: {of_a_round / median:,.0f} allocations of {arguments.count} a second (median {median:.2f} s)")
    with owner.connect(application="benchmark") as connection:
        check(connection, of_a_round * arguments.count * arguments.rounds * 2)
    ratios = [alone / ours for ours, alone in zip(*seconds.values(), strict=True)]
    print("times as fast, round by round:", ", ".join(f"{ratio:.1f}" for ratio in ratios))
    return statistics.median(ratios)


def fill(owner: Database, count: int) -> None:
    with transaction(owner, ACTOR) as session:
        pool = create_pool(session, ResourceKind.IPV4, PoolCard("benchmark"))
        for statement in filter(str.strip, FILL.split(";")):
            driver_connection(session).execute(statement, {"pool": pool.id, "count": count})
    with owner.connect(application="benchmark", autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE resources")
    engine_of(owner).dispose()


def round_of(panel: Database, keys: list[str], way: str, arguments: argparse.Namespace) -> float:
    fork = multiprocessing.get_context("fork")
    ready = fork.Barrier(len(keys) + 1)
    processes = [fork.Process(target=work, args=(key, panel, way, arguments, ready)) for key in keys]
    for process in processes:
        process.start()
    ready.wait()
    begun = time.perf_counter()
    for process in processes:
        process.join()
    if any(process.exitcode for process in processes):
        sys.exit("a process failed")
    return time.perf_counter() - begun


def work(license_key: str, panel: Database, way: str, arguments: argparse.Namespace, ready: Any) -> None:
    with transaction(panel, ACTOR):  # a connection is there
        pass
    ready.wait()
    for _ in range(arguments.allocations):
        with transaction(panel, ACTOR) as session:
            if way == "one lock":
                driver_connection(session).execute(ONE_AT_A_TIME)
            allocate(session, license_key, Wanted(ResourceKind.IPV4, arguments.count))


def check(connection: Connection, count: int) -> None:
    row = connection.execute("SELECT count(*), count(DISTINCT resource_id) FROM resource_allocations").fetchone()
    if row != (count, count):
        sys.exit(f"{count} were allocated, but {row} is what the table says")


if __name__ == "__main__":
    main()
