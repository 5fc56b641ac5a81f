"""What stands before a name in files: how somebody is addressed, and their title."""

from typing import Final

from leasehold.customers.vocabulary import Language, Salutation

_SALUTATIONS: Final = {
    "herr": Salutation.MR,
    "herrn": Salutation.MR,
    "mr": Salutation.MR,
    "frau": Salutation.MS,
    "ms": Salutation.MS,
    "mrs": Salutation.MS,
    "miss": Salutation.MS,
    "mx": Salutation.NEUTRAL,
}
_WRITTEN: Final = {
    (Salutation.MS, Language.DE): "Frau",
    (Salutation.MR, Language.DE): "Herr",
    (Salutation.MS, Language.EN): "Ms.",
    (Salutation.MR, Language.EN): "Mr.",
}


def split_prefix(prefix: str) -> tuple[Salutation | None, str | None]:
    """Of `Frau Dr.` the salutation and the title; None for each that is not there."""
    words = prefix.split()
    found = next((known for word in words if (known := _SALUTATIONS.get(word.lower().rstrip(".")))), None)
    title = [word for word in words if word.lower().rstrip(".") not in _SALUTATIONS]
    return found, " ".join(title) or None


def prefix_of(salutation: Salutation | None, title: str | None, language: Language) -> str:
    """The reverse: `Frau Dr.`; a neutral salutation is no word before a name."""
    word = _WRITTEN.get((salutation, language)) if salutation else None
    return " ".join(filter(None, (word, title)))
