"""Whether this process can serve: the database is there, its schema fits, and nothing is missing."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg

from leasehold.backups.record import read_record
from leasehold.kit.database import Connection, Database
from leasehold.migrations.state import read_schema_state
from leasehold.server.shared_look import SharedLook

_BELIEVED_SECONDS = 1.0
_MONTHS_AHEAD = 3
_LIMITS = "SET statement_timeout = '1s'"
_PARTITIONS = """
SELECT c.relname FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid
 WHERE i.inhparent = 'license_heartbeats'::regclass
"""
_CAUGHT = "SELECT EXISTS (SELECT FROM license_heartbeats_default)"
_NOW = "SELECT clock_timestamp()"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is missing, while the service goes on."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Readiness:
    """Ready where `problem` (one sentence) is None; `findings` are what to mend all the same."""

    problem: str | None = None
    findings: tuple[Finding, ...] = ()

    def body(self) -> dict[str, Any]:
        """The answer's members."""
        if not self.findings:
            return {"status": "pass"}
        missing = [{"code": finding.code, "detail": finding.detail} for finding in self.findings]
        return {"status": "degraded", "missing": missing}


_AWAY = Readiness(problem="The database cannot be reached: see whether PostgreSQL runs.")


class ReadinessCheck:
    """Looks on a connection of its own, in a thread; what it found holds for a second."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._shared = SharedLook(self._look, otherwise=_AWAY, believed_seconds=_BELIEVED_SECONDS)

    async def look(self) -> Readiness:
        """The state of a second ago or newer; callers that come together share one look."""
        return await self._shared.find()

    def _look(self) -> Readiness:
        try:
            with self._database.connect(application="health", autocommit=True, lock_timeout_ms=1000) as connection:
                connection.execute(_LIMITS)
                problem = read_schema_state(connection).problem
                return Readiness(problem) if problem else Readiness(findings=tuple(_findings(connection)))
        except psycopg.Error:
            return _AWAY


def _findings(connection: Connection) -> list[Finding]:
    row = connection.execute(_NOW).fetchone()
    now = row[0] if row is not None and isinstance(row[0], datetime) else datetime.now(UTC)
    present = {name for (name,) in connection.execute(_PARTITIONS)}
    findings = [
        Finding("partition_missing", f"The partition {name} is missing: see whether the worker runs.")
        for name in _wanted_partitions(now.astimezone(UTC))
        if name not in present
    ]
    caught = connection.execute(_CAUGHT).fetchone()
    if caught is not None and caught[0]:
        detail = "Heartbeats are in the default partition: see whether the worker runs, which moves them."
        findings.append(Finding("rows_in_default_partition", detail))
    if read_record(connection).is_overdue:
        detail = "The newest good backup is more than 26 hours old: `leasehold backup list` says why."
        findings.append(Finding("backup_overdue", detail))
    return findings


def _wanted_partitions(now: datetime) -> list[str]:
    """This month's and those of the months ahead."""
    months = (now.year * 12 + now.month - 1 + ahead for ahead in range(_MONTHS_AHEAD + 1))
    return [f"license_heartbeats_{month // 12:04}_{month % 12 + 1:02}" for month in months]
