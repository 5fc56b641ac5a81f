"""How alike two institutions are; pure. Names are those without legal form and numbers, as the schema keeps them."""

from collections.abc import Collection
from enum import StrEnum
from math import prod
from typing import Final

from rapidfuzz import fuzz


class Reason(StrEnum):
    """Why two institutions may be one."""

    VAT_ID = "vat_id"
    DOMAIN = "domain"
    PHONE = "phone"
    NAME = "name"


LEAST_ALIKE: Final = 85
"""Names less alike than this (of 100) are different ones."""

_LEAST_ALIKE_WORDS: Final = 75
_FEWEST_TRIGRAMS: Final = 0.4
_MOST_TRIGRAMS: Final = 0.7
# How likely it is that two who have this in common are one; of names, that depends on how alike they are.
_CERTAINTY: Final = {Reason.VAT_ID: 0.98, Reason.DOMAIN: 0.6, Reason.PHONE: 0.6}
_CERTAINTY_OF_SAME_NAME: Final = 0.9
_CERTAINTY_OF_LIKE_NAME: Final = 0.5


def likeness_of_names(one: str, other: str) -> int:
    """How alike two names are: 100 the same, 0 different, else `LEAST_ALIKE` to 99.

    Words may stand in another order, be written together or have a letter wrong; but each has its counterpart, so that
    “apotheke kiel” and “apotheke koeln” are different.
    """
    if one == other or one.replace(" ", "") == other.replace(" ", ""):
        return 100
    alike = int(fuzz.token_sort_ratio(one, other))
    if alike < LEAST_ALIKE or not _each_word_has_its_counterpart(one.split(), other.split()):
        return 0
    return min(alike, 99)


def share_of_trigrams(name: str) -> float:
    """What share of their trigrams names like this one have in common at least, of which an index is asked first.

    A wrong letter costs four of a name's trigrams, which are about as many as its letters. The lower the share is, the
    longer the index looks: of 300,000 names three times as long at 0.45 as at 0.7.
    """
    return round(min(_MOST_TRIGRAMS, max(_FEWEST_TRIGRAMS, (len(name) - 4) / (len(name) + 4))), 2)


def score(reasons: Collection[Reason], names: int) -> int:
    """How likely it is that two are one, 1 to 99, for these reasons; `names` is the likeness of their names."""
    doubts = [1 - _CERTAINTY[reason] for reason in reasons if reason is not Reason.NAME]
    if Reason.NAME in reasons:
        share = (names - LEAST_ALIKE) / (100 - LEAST_ALIKE)
        doubts.append(1 - _CERTAINTY_OF_LIKE_NAME - share * (_CERTAINTY_OF_SAME_NAME - _CERTAINTY_OF_LIKE_NAME))
    return min(99, round(100 * (1 - prod(doubts))))


def _each_word_has_its_counterpart(some: list[str], others: list[str]) -> bool:
    few, many = sorted((some, others), key=len)
    return all(max(fuzz.ratio(word, other) for other in many) >= _LEAST_ALIKE_WORDS for word in few)
