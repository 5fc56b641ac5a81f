"""Give the first access; apart from `first_access.py`, because it needs the ORM and most starts give nothing."""

from leasehold.api_keys.service import create_api_key
from leasehold.embedded.first_access import LINK_LIFETIME, FirstAccess, Missing
from leasehold.kit.actor import Actor
from leasehold.kit.database import Database
from leasehold.kit.orm import engine_of, transaction
from leasehold.staff.service import create_setup_link

_KEY_NAME = "first"


def give_first_access(database: Database, missing: Missing) -> FirstAccess:
    """Make what is missing, in one transaction; the result is the only place where the secrets stand."""
    setup_path = api_key = None
    with transaction(database, Actor("up")) as session:
        if missing.administrator:
            setup_path = f"/setup/{create_setup_link(session, lifetime=LINK_LIFETIME)}"
        if missing.api_key:
            _, api_key = create_api_key(session, name=_KEY_NAME, scopes=["license"])
    engine_of(database).dispose()  # the owner leaves no connection behind
    return FirstAccess(setup_path, api_key)
