"""The engine for the panel, the command line and jobs: one command in the caller's ORM session."""

from sqlalchemy.orm import Session

from leasehold.kit.actor import Actor
from leasehold.kit.orm import driver_connection
from leasehold.licensing.commands import Command
from leasehold.licensing.engine import Deferred, run_commands
from leasehold.licensing.outcomes import Outcome


def run_one(session: Session, command: Command, actor: Actor) -> Outcome:
    """Decide and write `command`, last in the caller's transaction; nothing here commits."""
    session.flush()
    (answer,) = run_commands(driver_connection(session), [(command, actor)], wait=True)
    if isinstance(answer, Deferred):
        raise TypeError("a command that waits alone is never deferred")
    session.expire_all()
    return answer
