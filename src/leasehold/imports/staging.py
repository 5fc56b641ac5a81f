"""Rows on their way into the database: copied into a table of the transaction's own, and judged there all at once.

Nothing is held in memory, however long the file is. What a row says the subject reads; what has been there before the
subject's statement tells; the rest is the same for everything that is imported.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, LiteralString, cast

from psycopg.types.json import Jsonb

from leasehold.kit.database import Connection

_STAGE = """
DROP TABLE IF EXISTS pg_temp.import_verdicts, pg_temp.import_rows;
CREATE TEMPORARY TABLE import_rows (
    place bigint GENERATED ALWAYS AS IDENTITY, number bigint NOT NULL, key text COLLATE "C", given text NOT NULL,
    fields jsonb, problem text, detail text, context jsonb
) ON COMMIT DROP
"""
_COPY = "COPY pg_temp.import_rows (number, key, given, fields, problem, detail, context) FROM STDIN"
_SHOWN: LiteralString = "array_to_string(array_remove(string_to_array(r.key, E'\\t'), ''), ', ')"
# What is wrong comes first, then what was there before, then what an earlier row of the file has said.
_JUDGE: LiteralString = """
CREATE TEMPORARY TABLE import_verdicts ON COMMIT DROP AS
WITH known AS ({known})
SELECT r.place, r.number, r.key, r.given, r.fields,
       CASE WHEN r.problem IS NOT NULL OR NOT k.is_same THEN 'wrong'
            WHEN r.first_number IS NOT NULL THEN 'duplicate'
            WHEN k.is_same THEN 'same'
            ELSE 'new' END AS state,
       coalesce(r.problem, CASE WHEN NOT k.is_same THEN k.problem WHEN r.first_number IS NOT NULL THEN 'duplicate' END)
           AS problem,
       coalesce(r.detail, CASE WHEN NOT k.is_same THEN k.detail
            WHEN r.first_number IS NOT NULL THEN format('%%s stands in row %%s already.', {shown}, r.first_number) END)
           AS detail,
       coalesce(r.context, CASE WHEN NOT k.is_same THEN k.context
            WHEN r.first_number IS NOT NULL THEN jsonb_build_object('value', {shown}, 'row', r.first_number) END)
           AS context
  FROM (SELECT *, CASE WHEN key IS NOT NULL AND lag(key) OVER same_key IS NOT NULL
                       THEN first_value(number) OVER same_key END AS first_number
          FROM pg_temp.import_rows WINDOW same_key AS (PARTITION BY key ORDER BY place)) AS r
  LEFT JOIN known AS k ON k.key = r.key
"""
_COUNT = "SELECT state, count(*) FROM pg_temp.import_verdicts GROUP BY state"
_PROBLEMS = """
SELECT number, given, key, state, problem, detail, context FROM pg_temp.import_verdicts
 WHERE state IN ('wrong', 'duplicate') ORDER BY place
"""
_SOME = """
SELECT number, given, key, state, problem, detail, context FROM pg_temp.import_verdicts ORDER BY place LIMIT %s
"""


_NEW = "SELECT place, fields FROM pg_temp.import_verdicts WHERE state = 'new' ORDER BY place"
_MARK = """
UPDATE pg_temp.import_verdicts AS v SET state = 'wrong', problem = w.problem, detail = w.detail, context = w.context
  FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::jsonb[]) AS w (place, problem, detail, context)
 WHERE v.place = w.place AND v.state = 'new'
"""


class RowState(StrEnum):
    """What a row is to us."""

    NEW = "new"
    SAME = "same"
    DUPLICATE = "duplicate"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Item:
    """What a row says: the key by which it is the same as another, and the rest; or what is wrong with it.

    A key of several parts has tabs between them, in whose place people read commas. `detail` says what is wrong in
    English; `context` is what a sentence in another language needs.
    """

    number: int
    given: str
    key: str | None = None
    fields: Mapping[str, Any] | None = None
    problem: str | None = None
    detail: str | None = None
    context: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """How many items are what."""

    counts: Mapping[RowState, int] = field(default_factory=dict)

    def of(self, state: RowState) -> int:
        """How many are so."""
        return self.counts.get(state, 0)

    @property
    def bad(self) -> int:
        """How many keep a file from being imported whole."""
        return self.of(RowState.WRONG) + self.of(RowState.DUPLICATE)

    @property
    def total(self) -> int:
        """All."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of an item; `key` is None where it has none, `problem`, `detail` and `context` where all is well."""

    number: int
    given: str
    key: str | None
    state: RowState
    problem: str | None
    detail: str | None
    context: Mapping[str, Any]

    @property
    def shown(self) -> str:
        """The key as people read it; what was given where there is none."""
        return ", ".join(filter(None, self.key.split("\t"))) if self.key else self.given


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with the item at `place`, as its subject finds once all are judged."""

    place: int
    problem: str
    detail: str
    context: Mapping[str, Any]


def stage(
    connection: Connection, items: Iterable[Item], known: LiteralString, parameters: Mapping[str, object]
) -> Figures:
    """Copy `items` into the transaction's own table `import_verdicts`, each with its state.

    `known` is a query of what is there: `key`, `is_same` (nothing would change), else `problem`, `detail`
    and `context`.
    """
    connection.execute(_STAGE)
    with connection.cursor().copy(_COPY) as copy:
        for item in items:
            fields, context = (None if said is None else Jsonb(dict(said)) for said in (item.fields, item.context))
            copy.write_row((item.number, item.key, item.given, fields, item.problem, item.detail, context))
    connection.execute("SET LOCAL work_mem = '64MB'")
    connection.execute(_JUDGE.format(known=known, shown=_SHOWN), parameters)
    return _figures(connection)


def new_rows(connection: Connection) -> Iterator[tuple[int, Mapping[str, str]]]:
    """The place and the fields of everything that is new, in the order of the file, of what was staged last."""
    with connection.cursor(name="import_new") as cursor:
        cursor.itersize = 1000
        for row in cursor.execute(_NEW):
            yield cast(tuple[int, Mapping[str, str]], row)


def mark_wrong(connection: Connection, wrong: Iterable[Wrong]) -> Figures:
    """Make these wrong that were new; the figures after that."""
    told = [(one.place, one.problem, one.detail, Jsonb(dict(one.context))) for one in wrong]
    if told:
        connection.execute(_MARK, [list(column) for column in zip(*told, strict=True)])
    return _figures(connection)


def problems(connection: Connection) -> Iterator[Verdict]:
    """Everything that is wrong or a duplicate, in the order of the file, of what was staged last."""
    with connection.cursor(name="import_problems") as cursor:
        cursor.itersize = 1000
        for row in cursor.execute(_PROBLEMS):
            yield _verdict(row)


def first_verdicts(connection: Connection, limit: int) -> list[Verdict]:
    """The first items of what was staged last."""
    return [_verdict(row) for row in connection.execute(_SOME, (limit,))]


def _figures(connection: Connection) -> Figures:
    rows = connection.execute(_COUNT).fetchall()
    return Figures({RowState(str(state)): int(str(count)) for state, count in rows})


def _verdict(row: Any) -> Verdict:
    return Verdict(row[0], row[1], row[2], RowState(row[3]), row[4], row[5], row[6] or {})
