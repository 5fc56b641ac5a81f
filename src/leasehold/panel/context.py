"""What a page knows of its request: who asks, in which transaction, in whose name."""

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Protocol, cast

from flask import current_app, g, has_request_context, request
from sqlalchemy import Connection, event
from sqlalchemy.orm import Session, SessionTransaction

from leasehold.kit.actor import Actor, is_request_id, new_request_id
from leasehold.kit.client_address import ClientAddresses
from leasehold.kit.configuration import Configuration
from leasehold.kit.database import Connection as PsycopgConnection
from leasehold.kit.database import Database
from leasehold.kit.guard import Guard
from leasehold.kit.orm import driver_connection, engine_of
from leasehold.panel.rights import Right, rights_of
from leasehold.staff.roles import Role

_EXTENSION = "leasehold"
_ADDRESSES = "leasehold.addresses"


class GuardMaker(Protocol):
    """Makes the guard before a change in the name of `by`, who has typed `accepted` to go on without a backup."""

    def __call__(self, configuration: Configuration, /, *, by: Actor, accepted: str) -> Guard:
        """The guard."""


@dataclass(frozen=True, slots=True)
class Installation:
    """What the panel's application stands on."""

    configuration: Configuration
    database: Database
    guard: GuardMaker


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is signed in: the staff member, and the id of the session that says so."""

    id: int
    name: str
    email: str
    role: Role
    session_id: int
    confirmed: bool = False
    """Whether they have proved again, within the last minutes, who they are."""

    def may(self, right: Right) -> bool:
        """Whether the role has this right."""
        return right in rights_of(self.role)


def installation() -> Installation:
    """The installation that this application serves."""
    here: Installation = current_app.extensions[_EXTENSION]
    return here


def person() -> Person | None:
    """Who asks; None where nobody has signed in."""
    found: Person | None = g.get("person")
    return found


def may(right: Right) -> bool:
    """Whether who asks has this right."""
    asking = person()
    return right in rights_of(None if asking is None else asking.role)


def actor() -> Actor:
    """In whose name this request changes things."""
    asking = person()
    name = "panel:nobody" if asking is None else f"staff:{asking.id}"
    return Actor(name, request_id(), address())


def become(asking: Person | None) -> None:
    """From now on the request is `asking`'s, in the audit log too."""
    g.person = asking
    if "db" in g and g.db.in_transaction():
        actor().sign(driver_connection(g.db))


def address() -> str | None:
    """The client's address, behind our proxy too; None for a unix socket that said none, and outside a request."""
    if not has_request_context():
        return None
    forwarded_for, forwarded = request.headers.get("X-Forwarded-For"), request.headers.get("Forwarded")
    found = _client_addresses().find(
        request.remote_addr or None,
        None if forwarded_for is None else forwarded_for.encode(),
        None if forwarded is None else forwarded.encode(),
    )
    try:
        return None if found is None else str(ip_address(found))
    except ValueError:
        return None


def on_trial_certificate() -> bool:
    """Whether the nginx before us says that its certificate is the self-signed one of a trial."""
    return request.headers.get("X-Leasehold-Certificate") == "self-signed"


def db() -> Session:
    """The request's one session, opened when first asked for; its page commits it (see `pages`).

    Each transaction in it bears the name of who asks.
    """
    if "db" not in g:
        g.db = Session(engine_of(installation().database), expire_on_commit=False)
        event.listen(g.db, "after_begin", _sign)
    found: Session = g.db
    return found


def finish(*, keep: bool) -> None:
    """End the request's transaction, if it began one."""
    session: Session | None = g.pop("db", None)
    if session is not None:
        try:
            session.commit() if keep else session.rollback()
        finally:
            session.close()


def install(extensions: dict[str, object], here: Installation) -> None:
    """Make `here` what `installation()` answers for the application with these extensions."""
    extensions[_EXTENSION] = here
    extensions[_ADDRESSES] = ClientAddresses(here.configuration.trusted_proxies)


def _sign(_session: Session, _transaction: SessionTransaction, connection: Connection) -> None:
    actor().sign(cast(PsycopgConnection, connection.connection.driver_connection))


def request_id() -> str:
    """How the request is called in the logs and in the audit log: as our proxy calls it, else by an id of ours."""
    if "request_id" not in g:
        g.request_id = _proxys_request_id() or new_request_id()
    found: str = g.request_id
    return found


def _proxys_request_id() -> str | None:
    """What our proxy calls the request, which reaches us by the unix socket; nobody else names one."""
    if not has_request_context() or request.remote_addr:
        return None
    said = request.headers.get("X-Request-ID", "")
    return said if is_request_id(said.encode()) else None


def _client_addresses() -> ClientAddresses:
    found: ClientAddresses = current_app.extensions[_ADDRESSES]
    return found
