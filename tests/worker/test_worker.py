"""The real `leasehold worker` on a real database."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from leasehold.audit.checkpoints import WITNESS_NAME, read_witness
from leasehold.audit.verification import verify_audit
from leasehold.kit.actor import Actor
from leasehold.kit.database import Connection, Database
from leasehold.kit.signing import load_key_ring
from leasehold.worker.jobs import JOBS
from tests.conftest import FreshDatabase
from tests.embedded.installation import clean_environment, wait_until

_DONE = "SELECT count(*) FROM schedules WHERE finished_at IS NOT NULL AND failure IS NULL"


@pytest.fixture
def worker(fresh_database: FreshDatabase, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    environment = {"LEASEHOLD_DATABASE_URL": fresh_database.url, "LEASEHOLD_DATA_DIR": str(tmp_path)}
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "leasehold", "worker"], env=clean_environment() | environment, stderr=log
        )
    yield process
    process.kill()
    process.wait()


def test_it_makes_partitions_drops_old_ones_and_ends_in_order(
    database: Database, worker: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    with database.connect(application="test", autocommit=True) as owner:
        owner.execute("CREATE TABLE license_heartbeats_2020_01 (LIKE license_heartbeats INCLUDING DEFAULTS)")
        owner.execute(
            "ALTER TABLE license_heartbeats ATTACH PARTITION license_heartbeats_2020_01"
            " FOR VALUES FROM ('2020-01-01Z') TO ('2020-02-01Z')"
        )
        wait_until(lambda: _number(owner, _DONE) == len(JOBS), "every job has run")
        owner.execute("UPDATE schedules SET due_at = '-infinity' WHERE name = 'retention'")
        gone = "SELECT count(*) FROM pg_class WHERE relname = 'license_heartbeats_2020_01'"
        wait_until(lambda: _number(owner, gone) == 0, "the partition of 2020 is dropped")
        ahead = "SELECT count(*) FROM pg_class WHERE relname ~ '^license_heartbeats_\\d{4}_\\d{2}$'"
        assert _number(owner, ahead) == 4
    os.kill(worker.pid, signal.SIGTERM)
    assert worker.wait(30) == 0, (tmp_path / "log").read_text()


def test_what_is_written_is_sealed_and_signed(
    database: Database, worker: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    with database.connect(application="test", autocommit=True) as owner:
        with owner.transaction():
            Actor("cli:test").sign(owner)
            owner.execute("INSERT INTO products (slug, name) VALUES ('studio', 'Studio')")
        wait_until(lambda: _number(owner, "SELECT count(*) FROM audit_seals") == 1, "the row is sealed")
        wait_until(lambda: _number(owner, "SELECT count(*) FROM audit_checkpoints") >= 1, "the chain is signed")
    wait_until((tmp_path / WITNESS_NAME).exists, "this machine remembers the checkpoint")
    with database.connect(application="test") as connection:
        verdict = verify_audit(connection, load_key_ring(tmp_path), witness=read_witness(tmp_path))
    assert (verdict.whole, verdict.sealed) == (True, 1)


def _number(owner: Connection, query: str) -> int:
    row = owner.execute(query).fetchone()
    return int(str(row[0])) if row else 0
