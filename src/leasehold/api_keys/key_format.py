"""How a system API key looks: `AF-YYYY-` and 32 characters, of which the last six are a checksum of the rest."""

import hashlib
import re
import secrets
import string
import zlib

_ALPHABET = string.digits + string.ascii_uppercase
_RANDOM = 26
_CHECKSUM = 6
_FORM = re.compile(rf"AF-[0-9]{{4}}-[0-9A-Z]{{{_RANDOM + _CHECKSUM}}}")


def new_api_key(year: int) -> str:
    """A key made in `year` that nobody can guess (134 random bits)."""
    body = f"AF-{year:04}-" + "".join(secrets.choice(_ALPHABET) for _ in range(_RANDOM))
    return body + _checksum(body)


def is_well_formed(text: str) -> bool:
    """Whether `text` can be a key at all: a mistyped one is refused without asking the database."""
    if _FORM.fullmatch(text) is None:
        return False
    return _checksum(text[:-_CHECKSUM]) == text[-_CHECKSUM:]


def digest(text: str) -> bytes:
    """What is stored of a key: its SHA-256, from which a key of this length cannot be found."""
    return hashlib.sha256(text.encode()).digest()


def _checksum(body: str) -> str:
    """CRC-32 of `body`, modulo 36^6, in base 36, most significant digit first (docs/api.md, Conventions)."""
    rest = zlib.crc32(body.encode()) % 36**_CHECKSUM
    digits = ""
    for _ in range(_CHECKSUM):
        rest, digit = divmod(rest, 36)
        digits = _ALPHABET[digit] + digits
    return digits
