"""Heartbeats in batches: one guarded statement answers nearly all of them."""

from collections.abc import Mapping, Sequence
from operator import attrgetter
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

# The order of UUIDs, as PostgreSQL has it too.
_BY_NUMBER = attrgetter("int")


def run_heartbeats(connection: Connection, commands: Sequence[Heartbeat]) -> list[Outcome | None]:
    """Beat the sessions named; None for each that must be asked of the rules (`run_commands`): it may be unknown,
    ended, dead, of another license, or its license may be stopped.

    One statement, so that on a connection in autocommit mode it is durable when this returns. Tokens are locked in
    one order and once each, so that batches of many processes never deadlock.
    """
    named = {command.session_token: command.license_key for command in commands}
    tokens = sorted(named, key=_BY_NUMBER)
    row = cast("Sequence[Any] | None", connection.execute(statements.BEAT, _parameters(tokens, named)).fetchone())
    time = read_time(row)
    places, keys, ends = (column or () for column in (row or ())[4:])
    plain = {end: Outcome(Code.LIVE, time, valid_until=end) for end in set(ends)}
    beaten: dict[UUID, tuple[str, Outcome]] = {
        tokens[place - 1]: (key, plain[end]) for place, key, end in zip(places, keys, ends, strict=True)
    }
    details = _details(connection, [command for command in commands if command.detailed])
    outcomes: list[Outcome | None] = []
    for command in commands:
        found = beaten.get(command.session_token)
        if found is None or command.license_key not in {None, found[0]}:
            outcomes.append(None)
        else:
            outcomes.append(details.get(command.session_token, found[1]))
    return outcomes


def _parameters(tokens: Sequence[UUID], named: Mapping[UUID, str | None]) -> tuple[str, list[str | None] | None]:
    """The tokens as PostgreSQL writes an array, which is quicker than one by one; license keys where any is given."""
    keys = [named[token] for token in tokens] if any(named.values()) else None
    return "{" + ",".join([token.hex for token in tokens]) + "}", keys


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
