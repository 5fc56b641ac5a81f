"""By what a person is known in texts: the patterns that find them there."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import phonenumbers

from leasehold.kit.database import Connection
from leasehold.privacy.digests import normal_way

_SEPARATORS: Final = r"[\s()/.\-–]*"  # noqa: RUF001  # dashes of all sorts

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
    forms = {form for way in ways for form in _forms(way)}
    sure = [_way(form) for form in sorted(forms)]
    if first_name:
        sure += [_words(f"{first_name} {last_name}"), _words(f"{last_name}, {first_name}")]
    if by_last_name:
        sure.append(_words(last_name))
    return Naming(list(institutions), "|".join(sure) or None, _words(last_name))


def find_mentions(connection: Connection, named: Naming) -> list[Mention]:
    """The texts about their institutions that name somebody."""
    parameters: dict[str, Any] = {
        "institutions": named.institutions,
        "surely": named.surely,
        "perhaps": named.perhaps,
    }
    rows: list[Any] = connection.execute(_TEXTS, parameters).fetchall()
    return [Mention(*row) for row in rows]


def _forms(way: str) -> Iterator[str]:
    """How a way to reach somebody is written: in its normal form and, an e-mail address, as it was typed."""
    normal = normal_way(way)
    if normal is not None:
        yield normal
        if "@" in normal:
            yield way.strip().lower()


def _way(normal: str) -> str:
    """An e-mail address as it is; a number however it is spaced, with its country's code or without."""
    if "@" in normal:
        return _words(normal)
    if not normal.startswith("+"):
        return rf"(?<!\d){_SEPARATORS.join(normal)}(?!\d)"
    number = phonenumbers.parse(normal)
    country = rf"(?:\+|00){_SEPARATORS}{_SEPARATORS.join(str(number.country_code))}{_SEPARATORS}"
    national = _SEPARATORS.join(str(number.national_number))
    return rf"(?<!\d)(?:{country})?(?:0{_SEPARATORS})?{national}(?!\d)"


def _words(text: str) -> str:
    """The text as words of their own, whatever spaces are between them."""
    escaped = r"\s+".join(re.escape(part) for part in text.split())
    before = r"\m" if text[0].isalnum() else ""
    after = r"\M" if text[-1].isalnum() else ""
    return f"{before}{escaped}{after}"
