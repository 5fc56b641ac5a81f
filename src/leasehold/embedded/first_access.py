"""How the first person and the first program get in: what is missing, and what is shown once."""

from dataclasses import dataclass
from datetime import timedelta

from leasehold.kit.database import Database

LINK_LIFETIME = timedelta(minutes=15)
_SOMEBODY_GETS_IN = """
SELECT EXISTS (SELECT FROM staff_members WHERE disabled_at IS NULL), EXISTS (SELECT FROM api_keys)
"""


@dataclass(frozen=True, slots=True)
class Missing:
    """Which first access nobody has yet."""

    administrator: bool
    api_key: bool


NOTHING_MISSING = Missing(administrator=False, api_key=False)


@dataclass(frozen=True, slots=True)
class FirstAccess:
    """Secrets to show once: the path of a set-up link, an API key. None where somebody has such access already."""

    setup_path: str | None
    api_key: str | None


def missing_access(database: Database) -> Missing:
    """What a new installation still lacks."""
    with database.connect(application="up") as connection:
        people, programs = connection.execute(_SOMEBODY_GETS_IN).fetchone() or (False, False)
    return Missing(administrator=not people, api_key=not programs)
