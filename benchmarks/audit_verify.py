"""How long it takes to seal and to verify a long audit log, and what sealing costs when there is nothing to do.

Rows are written as the triggers write them (a tenth of them with a personal value), into an embedded PostgreSQL with
its default durability; sealing and verification run in this process, as the worker and `leasehold audit verify` do.

    python benchmarks/audit_verify.py [--rows 1000000]
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

from leasehold.audit.checkpoints import read_witness
from leasehold.audit.sealing import seal_audit
from leasehold.audit.verification import verify_audit
from leasehold.embedded.cluster import Cluster
from leasehold.kit.configuration import load_configuration
from leasehold.kit.database import DATABASE_NAME, Connection, Role, database_for
from leasehold.kit.guard import Unguarded
from leasehold.kit.signing import load_key_ring
from leasehold.migrations.runner import migrate

SECONDS_WANTED = 60
IDLE_RUNS = 200
WRITE = """
SELECT count(audit_write(
    'staff:' || n %% 50, 'update', 'licenses', (n %% 10000)::text,
    jsonb_build_object('device_limit', n %% 7, 'note', 'before ' || n),
    jsonb_build_object('device_limit', n %% 9, 'note', 'after ' || n), md5(n::text), '192.0.2.7',
    CASE WHEN n %% 10 = 0 THEN ARRAY['note'] ELSE '{}' END))
  FROM generate_series(1, %s) AS n
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows: int = parser.parse_args().rows
    with tempfile.TemporaryDirectory(prefix="leasehold-benchmark-", ignore_cleanup_errors=True) as directory:
        data_dir = Path(directory)
        cluster = Cluster(data_dir)
        cluster.start(subprocess.DEVNULL)
        try:
            verified = measure(data_dir, cluster, rows)
        finally:
            cluster.stop()
    if verified > SECONDS_WANTED:
        sys.exit(f"verification took {verified:.1f} s, more than the {SECONDS_WANTED} s that we claim")


def measure(data_dir: Path, cluster: Cluster, rows: int) -> float:
    """Print every figure; returns the seconds that verification took."""
    configuration = load_configuration(data_dir=str(data_dir))
    with psycopg.connect(cluster.superuser_conninfo, autocommit=True) as superuser:
        if not superuser.execute("SELECT FROM pg_database WHERE datname = %s", (DATABASE_NAME,)).fetchall():
            superuser.execute(f"CREATE DATABASE {DATABASE_NAME} OWNER {Role.OWNER.value}")
    owner = database_for(configuration, Role.OWNER)
    migrate(owner, Unguarded())
    keys = load_key_ring(data_dir)
    with owner.connect(application="benchmark") as connection:
        written = seconds(lambda: write(connection, rows))
    report("written", written, rows)
    with database_for(configuration, Role.WORKER).connect(application="benchmark") as connection:
        report("sealed", seconds(lambda: seal_all(lambda: seal_audit(connection, keys, data_dir))), rows)
        idle = seconds(lambda: [seal_audit(connection, keys, data_dir) for _ in range(IDLE_RUNS)])
        print(f"a run with nothing to seal: {idle / IDLE_RUNS * 1000:.2f} ms")
    with database_for(configuration, Role.PANEL).connect(application="benchmark") as connection:
        verdict = []
        took = seconds(lambda: verdict.append(verify_audit(connection, keys, witness=read_witness(data_dir))))
    report("verified", took, rows)
    print(f"{verdict[0]}")
    print(f"most memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")
    if not verdict[0].whole:
        sys.exit("the log is not whole")
    return took


def write(connection: Connection, rows: int) -> None:
    connection.execute(WRITE, (rows,))
    connection.commit()


def seal_all(seal: Callable[[], int]) -> None:
    while seal():
        pass


def seconds(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def report(what: str, took: float, rows: int) -> None:
    print(f"{rows} rows {what} in {took:.1f} s ({rows / took:,.0f} a second)")


if __name__ == "__main__":
    main()
