"""Who makes a change, carried into the audit log by the database."""

import re
import uuid
from dataclasses import dataclass, field
from typing import Final

import psycopg

ON_BEHALF_OF: Final = "LEASEHOLD_ON_BEHALF_OF"
"""The environment variable by which the panel tells a command that it starts who has asked for it."""

_SIGN = """
SELECT set_config('leasehold.actor', %s, true),
       set_config('leasehold.request_id', %s, true),
       set_config('leasehold.address', %s, true)
"""


_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")


def is_request_id(text: bytes) -> bool:
    """Whether it has the form that an id from outside must have."""
    return _REQUEST_ID.fullmatch(text) is not None


def new_request_id() -> str:
    """An id that no other request has, of the form the License API accepts from callers."""
    return uuid.uuid4().hex


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts (`cli:root`, `api-key:shop`, `job:cleanup`, `staff:7`), under which request, from where."""

    name: str
    request_id: str = field(default_factory=new_request_id)
    address: str | None = None

    def sign(self, connection: psycopg.Connection[tuple[object, ...]]) -> None:
        """Every audited change of the transaction that `connection` is in bears this name from now on."""
        connection.execute(_SIGN, (self.name, self.request_id, self.address or ""))
