"""Pools of all kinds for the demonstration, and licenses that have some of them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from sqlalchemy.orm import Session

from leasehold.imports.uploads import keep_upload
from leasehold.kit.actor import Actor
from leasehold.kit.orm import driver_connection
from leasehold.resources.adding import add_resources
from leasehold.resources.allocating import Wanted, allocate
from leasehold.resources.finding import find_resource
from leasehold.resources.importing.service import preview_import, take_import
from leasehold.resources.keeping import add_note, reserve, retire
from leasehold.resources.pools import PoolCard, create_pool
from leasehold.resources.releasing import release_from_holder
from leasehold.resources.vocabulary import ResourceKind

_ACTOR = Actor("test:demonstration")
_RELEASED = "203.0.113.2"
_EXTENSION = b"""IP-Adresse;Notiz
198.51.100.[10-14];Erweiterung
203.0.113.0/30;
198.51.100.12;
010.0.0.1;
::1;
=1+1;
"""


def make_pools(session: Session, license_keys: Sequence[str]) -> tuple[int, int, int, UUID]:
    """One pool of each kind; one address was released, one is reserved, one retired.

    Returns the ids of the pool of addresses, of the one that was released, of an import into the pool, and of a file
    that was sent for it.
    """
    addresses = create_pool(session, ResourceKind.IPV4, PoolCard("Rechenzentrum Nord", owner="Netze", low_water=20))
    add_resources(session, addresses, ["203.0.113.0/28"])
    numbers = create_pool(session, ResourceKind.PHONE, PoolCard("Berlin", default_country="DE", low_water=2))
    add_resources(session, numbers, [f"030 2345678{digit}" for digit in range(6)])
    domains = create_pool(session, ResourceKind.DOMAIN, PoolCard("Kundendomains"))
    add_resources(session, domains, ["klinikum-nord.de", "müller-söhne.de", "example.com"])
    for key in license_keys[:3]:
        for kind in (ResourceKind.IPV4, ResourceKind.PHONE):
            allocate(session, key, Wanted(kind))
    allocate(session, license_keys[0], Wanted(ResourceKind.DOMAIN, values=["klinikum-nord.de"]))
    release_from_holder(session, _RELEASED)
    reserve(session, ["203.0.113.9"], until=datetime.now(UTC) + timedelta(days=30), reserved_for="Neubau")
    retire(session, ["203.0.113.10"], reason="Listed as a sender of spam")
    add_note(session, _RELEASED, "Comes with a reverse name of its own.", actor=_ACTOR)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "adressen.csv"
        for lines in ("198.51.100.202\n", "198.51.100.200\n198.51.100.201\n"):
            file.write_text(lines)
            made = take_import(session, addresses, preview_import(session, addresses, file), actor=_ACTOR)
    sent = BytesIO(_EXTENSION)
    upload_id = keep_upload(driver_connection(session), f"resource_pools/{addresses.id}", "erweiterung.csv", sent)
    return addresses.id, find_resource(session, _RELEASED).resource.id, made.id, upload_id
