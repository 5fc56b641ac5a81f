"""The license server's processes as the page shows them. What they report is read in one place, here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from leasehold.kit.orm import driver_connection

_IS_THERE = "SELECT to_regclass('server_processes') IS NOT NULL"
_LIST = """
SELECT host, pid, version, started_at, seen_at, seen_at < clock_timestamp() - interval '20 s',
       heartbeats_per_second, commands_per_second, pending, database_down, lanes
  FROM server_processes
 ORDER BY host, pid, id
"""


@dataclass(frozen=True, slots=True)
class Lane:
    """One lane of a process: how many commands its last batch had, how many wait."""

    name: str
    last_batch: int
    depth: int


@dataclass(frozen=True, slots=True)
class Process:
    """One process; `silent` where it has missed several reports, so that it hangs or is gone."""

    host: str
    pid: int
    version: str
    started_at: datetime
    seen_at: datetime
    silent: bool
    heartbeats_per_second: float
    commands_per_second: float
    pending: int
    database_down: bool
    lanes: tuple[Lane, ...]


def read_processes(session: Session) -> list[Process]:
    """Every process that has reported lately, by host and process id."""
    connection = driver_connection(session)
    (there,) = connection.execute(_IS_THERE).fetchone() or (False,)
    if not there:
        return []
    return [_process(row) for row in connection.execute(_LIST)]


def _process(row: Any) -> Process:
    lanes: Mapping[str, Mapping[str, Any]] = row[-1]
    shown = (Lane(name, int(lane.get("last_batch") or 0), int(lane.get("depth") or 0)) for name, lane in lanes.items())
    return Process(*(*row[:-1], tuple(shown)))
