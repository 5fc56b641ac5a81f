"""How far a new installation has come: what the first steps are and which of them are done."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leasehold.kit.database import Connection

_READ = """
SELECT EXISTS (SELECT FROM licenses), EXISTS (SELECT FROM api_keys), EXISTS (SELECT FROM device_registrations),
       (SELECT created_at FROM audit_checkpoints ORDER BY number DESC LIMIT 1), now()
"""


@dataclass(frozen=True, slots=True)
class Beginning:
    """Whether there has ever been a license, an API key, a device; when the audit log was last signed; when this is.

    `audit_signed_at` is None before the first checkpoint.
    """

    has_license: bool
    has_api_key: bool
    has_device: bool
    audit_signed_at: datetime | None
    now: datetime

    @property
    def is_over(self) -> bool:
        """Whether software has connected, so that there are figures to show."""
        return self.has_device


def read_beginning(connection: Connection) -> Beginning:
    """How far the installation has come; reads one row of each table."""
    row: Any = connection.execute(_READ).fetchone()
    return Beginning(*row)
