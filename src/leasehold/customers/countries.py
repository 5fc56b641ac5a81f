"""Countries by what people call them."""

from collections.abc import Mapping
from functools import cache
from typing import Final

from babel import Locale

from leasehold.customers.normal import country_is_known
from leasehold.customers.vocabulary import Language

_LANGUAGES: Final = ("de", "en")
# What is written in addresses beside the names that the Unicode consortium has.
_ALSO_CALLED: Final = {
    "bundesrepublik deutschland": "DE",
    "federal republic of germany": "DE",
    "brd": "DE",
    "uk": "GB",
    "great britain": "GB",
    "großbritannien": "GB",
    "england": "GB",
    "usa": "US",
    "united states of america": "US",
    "vereinigte staaten von amerika": "US",
    "holland": "NL",
    "the netherlands": "NL",
    "czech republic": "CZ",
    "tschechische republik": "CZ",
}


def country_of(text: str) -> str | None:
    """The two capitals of ISO 3166 that `text` is, or whose German or English name it is; None where there is none."""
    code = text.strip().upper()
    if country_is_known(code):
        return code
    return _codes().get(" ".join(text.lower().split()))


def name_of_country(code: str, language: Language) -> str:
    """What the country `code` (ISO 3166, two capitals) is called; the code itself where it has no name."""
    return str(Locale(language.value).territories.get(code, code))


@cache
def _codes() -> Mapping[str, str]:
    named = {
        name.lower(): code
        for language in _LANGUAGES
        for code, name in Locale(language).territories.items()
        if country_is_known(code)
    }
    return named | _ALSO_CALLED
