"""Ids for devices and sessions that a batch may bring into being, drawn before anything is decided."""

from collections.abc import Callable, Iterable, Sequence
from uuid import UUID, uuid4

from leasehold.kit.database import Connection
from leasehold.licensing import statements
from leasehold.licensing.commands import Activate, Command, StartSession
from leasehold.licensing.deciding import Fresh

NOTHING_FRESH = Fresh(0, 0, UUID(int=0))


def reserve(connection: Connection, commands: Sequence[Command]) -> Callable[[], list[Fresh]]:
    """Ask the database for the ids now; calling the result reads them, one `Fresh` for each command."""
    devices = _draw(connection, statements.RESERVE_DEVICE_IDS, sum(isinstance(c, Activate) for c in commands))
    sessions = _draw(connection, statements.RESERVE_SESSION_IDS, sum(isinstance(c, StartSession) for c in commands))

    def fresh() -> list[Fresh]:
        device_ids, session_ids = iter(devices), iter(sessions)
        return [_fresh(command, device_ids, session_ids) for command in commands]

    return fresh


def _draw(connection: Connection, statement: str, count: int) -> Iterable[tuple[object, ...]]:
    return connection.execute(statement, (count,)) if count else ()


def _fresh(
    command: Command, device_ids: Iterable[tuple[object, ...]], session_ids: Iterable[tuple[object, ...]]
) -> Fresh:
    match command:
        case Activate():
            return Fresh(_next(device_ids), 0, NOTHING_FRESH.session_token)
        case StartSession():
            return Fresh(0, _next(session_ids), uuid4())
        case _:
            return NOTHING_FRESH


def _next(rows: Iterable[tuple[object, ...]]) -> int:
    return int(str(next(iter(rows))[0]))
