"""How the first person and the first program get in: shown once, to a terminal only."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import text

from leasehold.api_keys.service import create_api_key
from leasehold.kit.actor import Actor
from leasehold.kit.database import Database
from leasehold.staff.service import create_setup_link

LINK_LIFETIME = timedelta(minutes=15)
_KEY_NAME = "first"
_SOMEBODY_GETS_IN = text(
    "SELECT EXISTS (SELECT FROM staff_members WHERE disabled_at IS NULL) AS people,"
    " EXISTS (SELECT FROM api_keys) AS programs"
)


@dataclass(frozen=True, slots=True)
class FirstAccess:
    """Secrets to show once: the path of a set-up link, an API key. None where somebody has such access already."""

    setup_path: str | None
    api_key: str | None


@dataclass(frozen=True, slots=True)
class Missing:
    """Which first access nobody has yet."""

    administrator: bool
    api_key: bool


def missing_access(database: Database) -> Missing:
    """What a new installation still lacks."""
    with database.engine.connect() as connection:
        found = connection.execute(_SOMEBODY_GETS_IN).one()
    return Missing(administrator=not found.people, api_key=not found.programs)


def give_first_access(database: Database, missing: Missing) -> FirstAccess:
    """Make what is missing, in one transaction; the result is the only place where the secrets stand."""
    setup_path = api_key = None
    with database.transaction(Actor("up")) as session:
        if missing.administrator:
            setup_path = f"/setup/{create_setup_link(session, lifetime=LINK_LIFETIME)}"
        if missing.api_key:
            _, api_key = create_api_key(session, name=_KEY_NAME, scopes=["license"])
    return FirstAccess(setup_path, api_key)
