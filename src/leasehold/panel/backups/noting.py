"""What a person does with backups stands in the audit log."""

from typing import Any

from leasehold.audit.service import record_event
from leasehold.panel.context import db

ABOUT_ALL = "all"


def note(action: str, about: str = ABOUT_ALL, **details: Any) -> None:
    """Write down that who asks does `action`, to the backup called `about` or to all; `details` are not personal."""
    record_event(db(), action, table="backups", row_id=about, details=details)
