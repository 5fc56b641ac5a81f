"""Giving an authenticator app its secret: shown as a QR code, kept only once the app has answered.

Until then the secret travels through the form, sealed for the member, so that nothing half-enrolled stays behind.
"""

import base64
import binascii
from dataclasses import dataclass

from leasehold.kit.secrets_file import read_or_create_secrets
from leasehold.panel.context import installation
from leasehold.staff.second_factor import Seal, new_totp_secret, secret_as_text, totp_uri

_ISSUER = "Leasehold"
_SCALE = 5


@dataclass(frozen=True, slots=True)
class Offer:
    """A secret for an app: as a QR code (a data: URL), as text, and sealed for the form."""

    picture: str
    text: str
    sealed: str


def seal() -> Seal:
    """What seals the secrets of apps in this installation."""
    return Seal(read_or_create_secrets(installation().configuration.data_dir)["second_factor_key"])


def offer(member_id: int, email: str, sealed: str | None = None) -> Offer:
    """A new secret for the member; the same again where `sealed` is one that was offered before."""
    import segno  # noqa: PLC0415  # seldom used

    secret = (sealed and open_sealed(sealed, member_id)) or new_totp_secret()
    picture = segno.make(totp_uri(secret, email=email, issuer=_ISSUER)).png_data_uri(scale=_SCALE)
    return Offer(picture, secret_as_text(secret), _as_text(seal().close(secret, member_id)))


def open_sealed(sealed: str, member_id: int) -> bytes | None:
    """The secret that was offered to the member; None for everything else."""
    try:
        return seal().open(base64.urlsafe_b64decode(sealed.encode()), member_id)
    except (binascii.Error, ValueError):
        return None


def _as_text(sealed: bytes) -> str:
    return base64.urlsafe_b64encode(sealed).decode()
