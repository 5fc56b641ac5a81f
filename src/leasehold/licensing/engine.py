"""Run commands against the database: a batch of any size in the caller's one transaction.

The order that keeps the rules true across processes: lock the licenses in a statement of its own; take the time;
load; move what is dead into the history by a guarded delete (only what that returns is dead); decide each command
against the state as the ones before it left it; write in bulk. Nothing here commits.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from leasehold.kit.actor import Actor
from leasehold.kit.database import Connection
from leasehold.licensing import statements
from leasehold.licensing.commands import Command, EndSession, Heartbeat, Validate
from leasehold.licensing.deciding import Decision, Fresh, apply
from leasehold.licensing.loading import Loaded, Names, read_ended, read_licenses, read_session, read_states
from leasehold.licensing.outcomes import Outcome
from leasehold.licensing.reserving import NOTHING_FRESH
from leasehold.licensing.rules import death_of, decide
from leasehold.licensing.state import LicenseState
from leasehold.licensing.vocabulary import Code
from leasehold.licensing.writing import Recorded, Writes, write

Order = tuple[Command, Actor]

_NO_LOCK = ""
_SEEN_WITHIN = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Deferred:
    """Not decided in this batch: try again, waiting, because somebody else holds the license; or after this commit,
    because another command of the batch has just written the same device, perhaps in another name.
    """


DEFERRED = Deferred()


def run_commands(connection: Connection, orders: Sequence[Order], *, wait: bool = False) -> list[Outcome | Deferred]:
    """Decide `orders` in turn and write what follows; returns an answer for each, in their order.

    Licenses that another transaction holds are skipped (`Deferred`), or with `wait` waited for, as long as the
    connection's lock_timeout lets. The caller commits, and hands out no outcome before it has.
    """
    names = Names.of(command for command, _ in orders)
    licenses = read_licenses(connection, names, statements.WAITING if wait else statements.SKIPPING)
    loaded = read_states(connection, licenses, names, [command for command, _ in orders])
    _reap(connection, loaded)
    busy = set() if wait else _locked_elsewhere(connection, orders, loaded)
    writes = Writes()
    answers = [
        DEFERRED if busy and _name(order[0]) in busy else _run(loaded, order, fresh, writes)
        for order, fresh in zip(orders, loaded.fresh, strict=True)
    ]
    return _as_recorded(answers, write(connection, writes, loaded.time))


def run_validations(connection: Connection, commands: Sequence[Validate]) -> list[Outcome]:
    """Answer `commands` from what is committed now; locks nothing, and writes only when a device was last seen."""
    names = Names.of(commands)
    loaded = read_states(connection, read_licenses(connection, names, _NO_LOCK), names)
    for state in loaded.states.values():
        for session in list(state.sessions.values()):
            if death_of(session, state.license, loaded.time) is not None:
                del state.sessions[session.device_id]
    writes = Writes()
    outcomes = [_decide(loaded, command, NOTHING_FRESH, writes)[0].outcome for command in commands]
    if writes.touched:
        write(connection, writes, loaded.time)
    return outcomes


def _run(loaded: Loaded, order: Order, fresh: Fresh, writes: Writes) -> Outcome | Deferred:
    command, actor = order
    decision, state = _decide(loaded, command, fresh, writes)
    if state is not None and decision.changes:
        if writes.signed_by_another(state.license.id, decision.changes):
            return DEFERRED
        writes.collect(state, decision.changes, actor)
        apply(state, decision.changes)
        if decision.outcome.code is Code.STARTED:
            loaded.by_token[fresh.session_token] = state
    return decision.outcome


def _decide(loaded: Loaded, command: Command, fresh: Fresh, writes: Writes) -> tuple[Decision, LicenseState | None]:
    state = loaded.state_for(command)
    if state is None:
        by_token = isinstance(command, Heartbeat | EndSession)
        code = Code.SESSION_NOT_FOUND if by_token else Code.LICENSE_NOT_FOUND
        return Decision(Outcome(code, loaded.time)), None
    decision = decide(state, command, loaded.time, fresh)
    device = decision.outcome.device
    if device is not None and decision.outcome.granted and loaded.time.now - device.last_seen_at > _SEEN_WITHIN:
        writes.touched.add((state.license.id, device.id))
    return decision, state


def _reap(connection: Connection, loaded: Loaded) -> None:
    """Move dead sessions into the history; what a heartbeat has revived meanwhile is read again and lives on."""
    looked_dead = sorted(
        (death.session_token, death.ended_at, death.end_reason.value, state.license.id)
        for state in loaded.states.values()
        for session in state.sessions.values()
        if (death := death_of(session, state.license, loaded.time)) is not None
    )
    if not looked_dead:
        return
    tokens, ended_at, reasons, licenses = (list(column) for column in zip(*looked_dead, strict=True))
    time = loaded.time
    gone = connection.execute(
        statements.REAP,
        {"tokens": tokens, "ended_at": ended_at, "reasons": reasons, "now": time.now,
         "available_since": time.available_since, "timeout": time.session_timeout},
    ).fetchall()  # fmt: skip
    by_id = {state.license.id: state for state in loaded.states.values()}
    for row in gone:
        ended, state = read_ended(row), by_id[int(str(row[0]))]
        del state.sessions[ended.device_id]
        state.ended[ended.session_token] = ended
    if len(gone) < len(looked_dead):
        for row in connection.execute(statements.LIVE_SESSIONS, (sorted(set(licenses)),)):
            session = read_session(row)
            by_id[int(str(row[0]))].sessions[session.device_id] = session


def _locked_elsewhere(connection: Connection, orders: Sequence[Order], loaded: Loaded) -> set[object]:
    missing = [command for command, _ in orders if loaded.state_for(command) is None]
    if not missing:
        return set()
    names = Names.of(missing)
    found: set[object] = set()
    if names.keys:
        found |= {key for (key,) in connection.execute(statements.EXISTING_KEYS, (names.keys,))}
    if names.tokens:
        found |= {token for (token,) in connection.execute(statements.EXISTING_TOKENS, {"tokens": names.tokens})}
    return found


def _as_recorded(answers: list[Outcome | Deferred], recorded: Recorded) -> list[Outcome | Deferred]:
    """The answers with the ends as the history has them, where a heartbeat came between decision and write."""
    return [_with_record(answer, recorded) for answer in answers] if recorded else answers


def _with_record(answer: Outcome | Deferred, recorded: Recorded) -> Outcome | Deferred:
    if isinstance(answer, Deferred) or answer.ended is None:
        return answer
    record = recorded.get(answer.ended.session_token)
    if record is None or record == (answer.ended.last_heartbeat_at, answer.ended.ended_at):
        return answer
    return replace(answer, ended=replace(answer.ended, last_heartbeat_at=record[0], ended_at=record[1]))


def _name(command: Command) -> object:
    return command.session_token if isinstance(command, Heartbeat | EndSession) else command.license_key
