"""The resources of a license (domains, addresses, numbers): what the answers show, and who knows them."""

from typing import Protocol

from msgspec import Struct


class Resources(Struct, frozen=True):
    """What is allocated to a license."""

    domains: list[str]
    ipv4_addresses: list[str]
    phone_numbers: list[str]


class ResourcesOfLicenses(Protocol):
    """Knows what is allocated; the application factory says who that is."""

    async def of_license(self, license_id: int) -> Resources:
        """The resources of the license, each list in a fixed order."""


class NoResourcesYet:
    """Says that nothing is allocated: this release allocates no resources yet."""

    async def of_license(self, license_id: int) -> Resources:  # noqa: ARG002  # nobody has any
        """Three empty lists."""
        return Resources(domains=[], ipv4_addresses=[], phone_numbers=[])
