"""Heartbeats in batches: one guarded statement answers nearly all of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from leasehold.kit.database import Connection
from leasehold.licensing import statements
from leasehold.licensing.commands import Heartbeat
from leasehold.licensing.loading import Names, read_licenses, read_states, read_time
from leasehold.licensing.outcomes import Outcome
from leasehold.licensing.reserving import NOTHING_FRESH
from leasehold.licensing.rules import decide
from leasehold.licensing.vocabulary import Code


def run_heartbeats(connection: Connection, commands: Sequence[Heartbeat]) -> list[Outcome | None]:
    """Beat the sessions named; None for each that must be asked of the rules (`run_commands`): it may be unknown,
    ended, dead, of another license, or its license may be stopped.

    One statement, so that on a connection in autocommit mode it is durable when this returns. Tokens are locked in
    one order and once each, so that batches of many processes never deadlock.
    """
    named = {command.session_token: command.license_key for command in commands}
    tokens = sorted(named)
    keys = [named[token] for token in tokens]
    rows = cast("list[Sequence[Any]]", connection.execute(statements.BEAT, (tokens, keys)).fetchall())
    time = read_time(rows[0])
    beaten: dict[UUID | None, tuple[str, datetime | None]] = {row[4]: (row[5], row[6]) for row in rows}
    details = _details(connection, [command for command in commands if command.detailed])
    outcomes: list[Outcome | None] = []
    for command in commands:
        found = beaten.get(command.session_token)
        if found is None or command.license_key not in {None, found[0]}:
            outcomes.append(None)
        else:
            plain = Outcome(Code.LIVE, time, valid_until=found[1])
            outcomes.append(details.get(command.session_token, plain))
    return outcomes


def _details(connection: Connection, commands: Sequence[Heartbeat]) -> dict[UUID, Outcome]:
    """What the rules say of sessions that were beaten just now, license and device included."""
    if not commands:
        return {}
    names = Names.of(commands)
    loaded = read_states(connection, read_licenses(connection, names, ""), names)
    details = {}
    for command in commands:
        state = loaded.state_for(command)
        if state is not None:
            outcome = decide(state, command, loaded.time, NOTHING_FRESH).outcome
            details[command.session_token] = outcome
    return {token: outcome for token, outcome in details.items() if outcome.code is Code.LIVE}
