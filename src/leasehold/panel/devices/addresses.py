"""A device's address: fingerprints are any printable characters, and some of these mean something in a path."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64

from werkzeug.routing import BaseConverter, ValidationError

from leasehold.licensing.errors import device_not_registered
from leasehold.licensing.license_key import parse_license_key

_FINGERPRINT = re.compile(r"[!-~]{16,255}")
_PLAIN = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._:=-]*")
_CODED = "~"


class FingerprintConverter(BaseConverter):
    """A fingerprint as it is where that is plain, else `~` and base 64; what can be none leads nowhere."""

    regex = r"[^/]+"

    def to_python(self, value: str) -> str:
        """The fingerprint that the address names."""
        fingerprint = _decoded(value[1:]) if value.startswith(_CODED) else value
        if not _FINGERPRINT.fullmatch(fingerprint):
            raise ValidationError
        return fingerprint

    def to_url(self, value: str) -> str:
        """How an address names the fingerprint."""
        if _PLAIN.fullmatch(value):
            return value
        return _CODED + urlsafe_b64encode(value.encode()).rstrip(b"=").decode()


def device_key(license_key: str, hardware_fingerprint: str) -> str:
    """How a row of the list names its device."""
    return f"{license_key} {hardware_fingerprint}"


def read_device_key(text: str) -> tuple[str, str]:
    """License key and fingerprint. Raises `DomainError` `device_not_registered` where `text` can name no device."""
    license_key, _, fingerprint = text.partition(" ")
    known = parse_license_key(license_key)
    if known is None or not _FINGERPRINT.fullmatch(fingerprint):
        raise device_not_registered()
    return known, fingerprint


def _decoded(text: str) -> str:
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii")
    except (NotBase64, ValueError):
        raise ValidationError from None
