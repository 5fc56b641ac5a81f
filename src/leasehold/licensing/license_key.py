"""How a license key looks: 24 random characters of Crockford's base 32 (120 bits) and one check character."""

import secrets
from base64 import b32encode

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_FROM_BASE32 = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", _ALPHABET)
_RANDOM_BYTES = 15
_VALUE = {character: value for value, character in enumerate(_ALPHABET)}
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None})
_LENGTH = 25
_GROUP = 5


def new_license_key() -> str:
    """A key that nobody can guess, as `XXXXX-XXXXX-XXXXX-XXXXX-XXXXX`."""
    body = b32encode(secrets.token_bytes(_RANDOM_BYTES)).decode().translate(_FROM_BASE32)
    return _grouped(body + _check_character(body))


def parse_license_key(text: str) -> str | None:
    """The key in the form it was issued in, or None where `text` cannot be one.

    Any letter case, with or without hyphens, `O`, `I` and `L` read as `0`, `1` and `1`.
    """
    if len(text) > 2 * _LENGTH or not text.isascii():
        return None
    plain = text.upper().translate(_READ_AS)
    if len(plain) != _LENGTH or any(character not in _VALUE for character in plain):
        return None
    if _check_character(plain[:-1]) != plain[-1]:
        return None
    return _grouped(plain)


def key_beginning(text: str) -> str | None:
    """How the keys look that begin as `text` says, in any spelling; None where it is too short for that, or no key can.

    At least one group: less would find too many.
    """
    if len(text) > 2 * _LENGTH or not text.isascii():
        return None
    plain = text.upper().translate(_READ_AS)
    if not _GROUP <= len(plain) <= _LENGTH or any(character not in _VALUE for character in plain):
        return None
    return _grouped(plain)


def _check_character(body: str) -> str:
    """Luhn mod N (here N = 32): finds every single wrong character and nearly every transposition."""
    total = 0
    for position, character in enumerate(reversed(body)):
        value = _VALUE[character] * (2 if position % 2 == 0 else 1)
        total += value // 32 + value % 32
    return _ALPHABET[-total % 32]


def _grouped(plain: str) -> str:
    return "-".join(plain[start : start + _GROUP] for start in range(0, len(plain), _GROUP))
