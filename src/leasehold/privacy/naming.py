"""By what a person is known in texts: the patterns that find them there."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from leasehold.kit.database import Connection

SHORTEST: Final = 5
"""Shorter names and numbers would find others as well."""

_TEXTS: Final = """
SELECT table_name, row_id, body, coalesce(body ~* %(surely)s, false)
  FROM texts_about_institutions
 WHERE institution_id = ANY (%(institutions)s) AND (body ~* %(surely)s OR body ~* %(perhaps)s)
 ORDER BY table_name, row_id, number, column_name
"""


@dataclass(frozen=True, slots=True)
class Naming:
    """Where and how somebody is named: `surely` finds them alone, `perhaps` their last name, which others have too.

    Both are regular expressions of PostgreSQL's for any letter case; None finds nothing.
    """

    institutions: list[int]
    surely: str | None
    perhaps: str | None


@dataclass(frozen=True, slots=True)
class Mention:
    """A text that names somebody, `surely` or by their last name alone."""

    table: str
    row_id: int
    text: str
    surely: bool


def naming(
    first_name: str | None,
    last_name: str,
    ways: Iterable[str],
    institutions: Sequence[int],
    *,
    by_last_name: bool = False,
) -> Naming:
    """How somebody is named who is reached in these ways; with `by_last_name` the last name is theirs alone."""
    sure = [way for way in ways if len(way) >= SHORTEST]
    if first_name:
        sure += [f"{first_name} {last_name}", f"{last_name}, {first_name}"]
    if by_last_name:
        sure.append(last_name)
    return Naming(list(institutions), _pattern(sure), _pattern([last_name]))


def find_mentions(connection: Connection, named: Naming) -> list[Mention]:
    """The texts about their institutions that name somebody."""
    parameters: dict[str, Any] = {
        "institutions": named.institutions,
        "surely": named.surely,
        "perhaps": named.perhaps,
    }
    rows: list[Any] = connection.execute(_TEXTS, parameters).fetchall()
    return [Mention(*row) for row in rows]


def _pattern(words: Sequence[str]) -> str | None:
    """Any of the words, the longest first, as a word of its own, whatever spaces are in it."""
    found = [_bounded(word) for word in sorted(set(words), key=len, reverse=True)]
    return "|".join(found) or None


def _bounded(word: str) -> str:
    escaped = r"\s+".join(re.escape(part) for part in word.split())
    before = r"\m" if word[0].isalnum() else ""
    after = r"\M" if word[-1].isalnum() else ""
    return f"{before}{escaped}{after}"
