"""A log to be sealed, tampered with and verified."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from leasehold.audit.checkpoints import read_witness
from leasehold.audit.sealing import Pace, seal_audit
from leasehold.audit.verdict import Verification
from leasehold.audit.verification import verify_audit
from leasehold.kit.actor import Actor
from leasehold.kit.database import Connection, Role
from leasehold.kit.signing import KeyRing, load_key_ring
from tests.conftest import FreshDatabase
from tests.embedded.installation import wait_until

_CONTACT = "INSERT INTO contacts (first_name, last_name) VALUES ('Zaphod', %s)"
_PRODUCT = "INSERT INTO products (slug, name) VALUES (%s, %s)"

# A transaction of another database that is older than the given one.
_OLDER_ELSEWHERE = """
SELECT 1 FROM pg_stat_activity
 WHERE datname <> current_database() AND backend_xid IS NOT NULL AND age(backend_xid) >= age(%s::text::xid)
"""

AT_ONCE = Pace(soonest=timedelta(0), latest=timedelta(minutes=1))


class Log:
    """The audit log of a database, through the eyes of its worker (who seals) and its panel (which verifies)."""

    def __init__(self, fresh: FreshDatabase, data_dir: Path) -> None:
        self.fresh = fresh
        self.data_dir = data_dir

    @property
    def keys(self) -> KeyRing:
        return load_key_ring(self.data_dir)

    def write(self, *names: str) -> None:
        """A product for each name, each in a transaction of its own, with a contact whose name is personal."""
        with self.fresh.owner.connect(application="test") as connection:
            for name in names:
                Actor("cli:test", address="192.0.2.7").sign(connection)
                connection.execute(_PRODUCT, (name, name))
                connection.execute(_CONTACT, (name,))
                connection.commit()

    def seal(self) -> int:
        """What the worker does each second, when no test beside this one holds it up: they share a server."""
        with self.fresh.superuser() as watcher:
            (mark,) = watcher.execute("SELECT pg_current_xact_id()::xid").fetchone() or (0,)
            wait_until(lambda: not watcher.execute(_OLDER_ELSEWHERE, (str(mark),)).fetchone(), "others have ended")
        with self.fresh.as_role(Role.WORKER).connect(application="test") as connection:
            return seal_audit(connection, self.keys, self.data_dir, pace=AT_ONCE)

    def seal_in_quiet(self) -> None:
        """Seal, and then meet the quiet in which a checkpoint is signed."""
        while self.seal():
            pass

    def verify(self, *, witness: bool = True) -> Verification:
        with self.fresh.as_role(Role.PANEL).connect(application="test") as connection:
            kept = read_witness(self.data_dir) if witness else None
            return verify_audit(connection, self.keys, witness=kept)

    def broken(self, *, witness: bool = True) -> tuple[str, int | None, int | None]:
        """What is broken first: what was done, to which row, at which position."""
        verdict = self.verify(witness=witness)
        assert not verdict.whole
        assert verdict.first_broken is not None
        return verdict.first_broken.what.value, verdict.first_broken.audit_id, verdict.first_broken.position

    @contextmanager
    def tampering(self) -> Iterator[Connection]:
        """A superuser who has put every trigger and constraint out of his way."""
        with self.fresh.superuser() as connection:
            connection.execute("SET session_replication_role = replica")
            yield connection
