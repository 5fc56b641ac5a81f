"""What clients may send: the rules of every field, said once, for decoding and for the OpenAPI document."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from leasehold.licensing.vocabulary import DeviceType

SHORTEST_TTL = 3600
LONGEST_TTL = 2**31 - 1

LicenseKey = Annotated[
    str,
    Meta(
        description="As issued; letter case and hyphens do not matter.",
        examples=["7ZQ4M-1K8VX-N2C5T-HWD93-PRB6E"],
    ),
]
HardwareFingerprint = Annotated[
    str,
    Meta(
        min_length=16,
        max_length=255,
        pattern=r"^[!-~]*\Z",
        description="16 to 255 printable ASCII characters without spaces, compared exactly.",
        examples=["b1946ac92492d2347c6235b4d2611184"],
    ),
]
DeviceName = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=120,
        pattern=r"^[^\u0000-\u001f\u007f-\u009f]*\Z",
        description="1 to 120 characters of any script, no control characters.",
        examples=["Anna's laptop"],
    ),
]
ShortText = Annotated[
    str,
    Meta(
        max_length=80,
        pattern=r"^[^\u0000-\u001f\u007f-\u009f]*\Z",
        description="At most 80 characters, no control characters.",
        examples=["Debian 12"],
    ),
]
Product = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=64,
        pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?\Z",
        description="The product's slug; when given, it must be the license's product.",
        examples=["studio"],
    ),
]
Nonce = Annotated[
    str,
    Meta(
        min_length=8,
        max_length=128,
        pattern=r"^[A-Za-z0-9_-]*\Z",
        description="8 to 128 characters of A-Z a-z 0-9 _ -; asks for a signed proof of the answer.",
        examples=["n-1f0c8b6e5a"],
    ),
]
SessionToken = Annotated[
    str,
    Meta(
        pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\Z",
        description="The token of session/start: a UUID version 4 in canonical form (lower case).",
        examples=["9f1c1b1e-4b0a-4f53-8d0e-6f0f6f0c2b7a"],
    ),
]
Ttl = Annotated[
    int,
    Meta(
        ge=SHORTEST_TTL,
        le=LONGEST_TTL,
        description="Seconds that the offline license shall live; the license's offline_max_ttl bounds it.",
        examples=[86400],
    ),
]


class ValidateRequest(Struct, frozen=True):
    """May this license (on this device) run?"""

    license_key: LicenseKey
    hardware_fingerprint: HardwareFingerprint | None = None
    product: Product | None = None
    nonce: Nonce | None = None
    include: list[Literal["resources"]] | None = None


class ActivateRequest(Struct, frozen=True):
    """Register a device, or bring a registered one up to date."""

    license_key: LicenseKey
    hardware_fingerprint: HardwareFingerprint
    device_name: DeviceName
    device_type: DeviceType
    operating_system: ShortText | None = None
    client_version: ShortText | None = None
    product: Product | None = None
    nonce: Nonce | None = None


class DeactivateRequest(Struct, frozen=True):
    """Give a device's place back."""

    license_key: LicenseKey
    hardware_fingerprint: HardwareFingerprint


class CheckoutRequest(Struct, frozen=True):
    """Take the license offline for a while."""

    license_key: LicenseKey
    hardware_fingerprint: HardwareFingerprint
    ttl: Ttl


class StartRequest(Struct, frozen=True):
    """Take a seat, or resume the one that this device holds."""

    license_key: LicenseKey
    hardware_fingerprint: HardwareFingerprint
    client_version: ShortText | None = None
    product: Product | None = None
    nonce: Nonce | None = None


class HeartbeatRequest(Struct, frozen=True):
    """Keep a session alive."""

    session_token: SessionToken
    nonce: Nonce | None = None
    license_key: LicenseKey | None = None


class EndRequest(Struct, frozen=True):
    """Free a seat."""

    session_token: SessionToken
