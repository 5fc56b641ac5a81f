"""The resources of a license (domains, addresses, numbers): what the answers show, and how it is read."""

from collections.abc import Sequence

from msgspec import Struct

from leasehold.kit.database import Connection
from leasehold.resources.vocabulary import ResourceKind

# The view is all that this program may see of them.
_ALLOCATED = """
SELECT license_id, kind, array_agg(value ORDER BY sort_key) FROM license_resources
 WHERE license_id = ANY(%s::bigint[])
 GROUP BY license_id, kind
"""


class Resources(Struct, frozen=True):
    """What is allocated to a license, each list in a fixed order: domains as DNS has them, numbers in E.164."""

    domains: list[str]
    ipv4_addresses: list[str]
    phone_numbers: list[str]


def read_resources(connection: Connection, license_ids: Sequence[int]) -> list[Resources]:
    """What is allocated to each of these licenses, by one statement."""
    rows = connection.execute(_ALLOCATED, (list(set(license_ids)),))
    known: dict[tuple[object, object], list[str]] = {
        (license_id, kind): values for license_id, kind, values in rows if isinstance(values, list)
    }
    return [
        Resources(
            *(known.get((id_, kind), []) for kind in (ResourceKind.DOMAIN, ResourceKind.IPV4, ResourceKind.PHONE))
        )
        for id_ in license_ids
    ]
