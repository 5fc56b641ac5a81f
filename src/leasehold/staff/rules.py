"""What a password and a one-time code must be. Nothing here does anything."""

import hmac
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha1
from typing import Any

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 1024
TOTP_STEP_SECONDS = 30
TOTP_DIGITS = 6
_FEWEST_OWN_CHARACTERS = 6
_FEWEST_DIFFERENT = 5
_SHORTEST_WORD = 3
_LOOKALIKES = str.maketrans({"@": "a", "4": "a", "0": "o", "1": "i", "!": "i", "3": "e", "5": "s", "$": "s", "7": "t"})
_SEQUENCES = ("abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "qwertzuiop", "asdfghjkl", "yxcvbnm", "zxcvbnm", "0123456789")
_COMMON_WORDS = (
    "password", "passwort", "passw", "kennwort", "geheim", "secret", "welcome", "willkommen", "hallo", "hello",
    "letmein", "login", "admin", "administrator", "root", "master", "default", "changeme", "test", "user", "guest",
    "iloveyou", "ichliebedich", "schatz", "princess", "monkey", "dragon", "sunshine", "football", "baseball",
    "superman", "batman", "shadow", "michael", "summer", "winter", "spring", "autumn", "sommer", "herbst",
    "fruehling", "monday", "montag", "january", "januar", "trustno", "starwars", "pokemon", "computer", "internet",
    "server", "license", "lizenz", "leasehold", "company", "firma", "germany", "deutschland", "berlin", "london",
    "qwerty", "qwertz", "asdf", "yxcv", "zxcv", "qazwsx", "abcd", "1234", "4321", "1111", "0000", "2020", "2021",
    "2022", "2023", "2024", "2025", "2026", "2027", "correct", "horse", "battery", "staple",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Weakness:
    """What is wrong with a password: a word for it, the sentence, and the figures in that."""

    problem: str
    detail: str
    figures: Mapping[str, Any] = field(default_factory=dict)


def normalize_password(password: str) -> str:
    """The one form in which a password is stored and compared, however a keyboard composes its letters."""
    return unicodedata.normalize("NFKC", password)


def why_password_is_refused(password: str, *, words: tuple[str, ...] = ()) -> Weakness | None:
    """What is wrong with `password`; None where nothing is.

    `words` are the person's own (name, e-mail): neither they nor the commonest words count.
    """
    plain = normalize_password(password)
    if len(plain) < SHORTEST_PASSWORD:
        detail = f"The password has {len(plain)} characters: it needs at least {SHORTEST_PASSWORD}."
        return Weakness("too_short", detail, {"length": len(plain), "shortest": SHORTEST_PASSWORD})
    if len(plain) > LONGEST_PASSWORD:
        detail = f"The password has {len(plain)} characters: at most {LONGEST_PASSWORD} are possible."
        return Weakness("too_long", detail, {"length": len(plain), "longest": LONGEST_PASSWORD})
    if len(set(plain.lower())) < _FEWEST_DIFFERENT or _own_characters(plain, words) < _FEWEST_OWN_CHARACTERS:
        detail = "The password is too easily guessed: use words that are not your name and not among the commonest."
        return Weakness("easily_guessed", detail)
    return None


def words_of(*texts: str) -> tuple[str, ...]:
    """The words in a name or an e-mail address that a password should not be made of."""
    found = {word for text in texts for word in re.split(r"[\W_]+", text.lower()) if len(word) >= _SHORTEST_WORD}
    return tuple(sorted(found))


def totp_code(secret: bytes, step: int) -> str:
    """The code of RFC 6238 (SHA-1, six digits) for the time step."""
    digest = hmac.digest(secret, step.to_bytes(8, "big"), sha1)
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return str(number % 10**TOTP_DIGITS).zfill(TOTP_DIGITS)


def totp_steps_of(secret: bytes, code: str, now: float) -> tuple[int, ...]:
    """The time steps around `now` (the one before to the one after) that `code` is right for."""
    step = int(now) // TOTP_STEP_SECONDS
    typed = "".join(code.split())
    if not typed.isascii():
        return ()
    return tuple(at for at in (step - 1, step, step + 1) if hmac.compare_digest(totp_code(secret, at), typed))


def _own_characters(password: str, words: tuple[str, ...]) -> int:
    rest = password.lower()
    common = sorted({*_COMMON_WORDS, *words}, key=len, reverse=True)
    for form in (rest, rest.translate(_LOOKALIKES)):
        for word in common:
            form = form.replace(word, " ")  # noqa: PLW2901  # what is left of it
        rest = min(rest, _without_sequences(form), key=_length)
    return _length(rest)


def _without_sequences(text: str) -> str:
    for sequence in _SEQUENCES:
        for way in (sequence, sequence[::-1]):
            for start in range(len(way) - 3):
                text = text.replace(way[start : start + 4], " ")
    return text


def _length(text: str) -> int:
    return len("".join(text.split()))
