"""The pairs that somebody has to decide about: kept as they are written, and until they are merged or dismissed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from leasehold.customers.institutions import read_institution
from leasehold.kit.actor import Actor
from leasehold.kit.database import Connection
from leasehold.kit.errors import DomainError, Kind
from leasehold.kit.orm import driver_connection
from leasehold.leads.duplicates.candidates import PossibleDuplicate, find_candidates

MOST_CHECKED = 500
"""So many institutions are looked at in one go of the worker."""

_DISMISSED = """
SELECT CASE first_id WHEN %(id)s THEN second_id ELSE first_id END FROM duplicate_dismissals
 WHERE first_id = %(id)s OR second_id = %(id)s
"""
_FORGET = """
DELETE FROM duplicate_candidates
 WHERE (first_id = %(id)s OR second_id = %(id)s) AND first_id + second_id - %(id)s <> ALL (%(others)s)
"""
# In the order of pairs, so that two who write at once wait for each other and no more.
_KEEP = """
INSERT INTO duplicate_candidates (first_id, second_id, score, reasons)
SELECT least(%(id)s, u.other), greatest(%(id)s, u.other), u.score, string_to_array(u.reasons, ',')
  FROM unnest(%(others)s::bigint[], %(scores)s::smallint[], %(reasons)s::text[]) AS u (other, score, reasons)
 WHERE EXISTS (SELECT FROM institutions WHERE id = %(id)s) ORDER BY 1, 2
ON CONFLICT ON CONSTRAINT duplicate_candidates_pkey DO UPDATE SET score = excluded.score, reasons = excluded.reasons
 WHERE (duplicate_candidates.score, duplicate_candidates.reasons) IS DISTINCT FROM (excluded.score, excluded.reasons)
"""
_LAST_ASKED = "SELECT coalesce(max(id), 0) FROM duplicate_checks WHERE institution_id = %(id)s"
_ANSWERED = "DELETE FROM duplicate_checks WHERE institution_id = %(id)s AND id <= %(last)s"
_ASKED = "SELECT institution_id FROM duplicate_checks GROUP BY institution_id ORDER BY min(id) LIMIT %(most)s"
_LISTED = """
SELECT d.first_id, a.name, ca.id, d.second_id, b.name, cb.id, d.score, d.reasons, d.found_at
  FROM duplicate_candidates AS d
  JOIN institutions AS a ON a.id = d.first_id
  JOIN institutions AS b ON b.id = d.second_id
  LEFT JOIN customers AS ca ON ca.institution_id = a.id
  LEFT JOIN customers AS cb ON cb.institution_id = b.id
 ORDER BY d.score DESC, d.first_id, d.second_id LIMIT %(limit)s OFFSET %(offset)s
"""
_COUNT = "SELECT count(*) FROM (SELECT FROM duplicate_candidates LIMIT %(most)s) AS first"
_DISMISS = """
INSERT INTO duplicate_dismissals (first_id, second_id, dismissed_by) VALUES (%(first)s, %(second)s, %(by)s)
ON CONFLICT ON CONSTRAINT duplicate_dismissals_pair DO NOTHING
"""
_FORGET_PAIR = "DELETE FROM duplicate_candidates WHERE first_id = %(first)s AND second_id = %(second)s"
_RECALL = "DELETE FROM duplicate_dismissals WHERE first_id = %(first)s AND second_id = %(second)s"


class DuplicateOfItself(DomainError):
    """An institution is compared with itself."""

    def __init__(self) -> None:
        detail = "Both are the same institution: name two."
        super().__init__(Kind.INVALID, "duplicate_of_itself", detail)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two institutions that may be one, for `Reason`s. The `customer` ids are None of what is no customer."""

    first_id: int
    first_name: str
    first_customer_id: int | None
    second_id: int
    second_name: str
    second_customer_id: int | None
    score: int
    reasons: list[str]
    found_at: datetime


def possible_duplicates(session: Session, institution_id: int) -> list[PossibleDuplicate]:
    """Whom the institution may be, the likeliest first; the work list says the same from now on."""
    session.flush()
    return check(driver_connection(session), institution_id)


def check(connection: Connection, institution_id: int) -> list[PossibleDuplicate]:
    """The same on a bare connection."""
    last: Any = connection.execute(_LAST_ASKED, {"id": institution_id}).fetchone()
    dismissed = {row[0] for row in connection.execute(_DISMISSED, {"id": institution_id})}
    found = [one for one in find_candidates(connection, institution_id) if one.id not in dismissed]
    others = [one.id for one in found]
    connection.execute(_FORGET, {"id": institution_id, "others": others})
    if found:
        scores, reasons = [one.score for one in found], [",".join(one.reasons) for one in found]
        connection.execute(_KEEP, {"id": institution_id, "others": others, "scores": scores, "reasons": reasons})
    connection.execute(_ANSWERED, {"id": institution_id, "last": last[0]})
    return found


def check_what_was_written(connection: Connection) -> int:
    """Look at what was written and not looked at since, each in a transaction of its own; returns how many."""
    asked: list[Any] = connection.execute(_ASKED, {"most": MOST_CHECKED}).fetchall()
    for row in asked:
        check(connection, row[0])
        connection.commit()
    connection.commit()
    return len(asked)


def list_pairs(session: Session, *, limit: int = 100, offset: int = 0) -> list[Pair]:
    """The work list, the likeliest pairs first."""
    rows: list[Any] = driver_connection(session).execute(_LISTED, {"limit": limit, "offset": offset}).fetchall()
    return [Pair(*row) for row in rows]


def count_pairs(session: Session, *, most: int = 1000) -> int:
    """How long the work list is; counted up to `most`."""
    row: Any = driver_connection(session).execute(_COUNT, {"most": most}).fetchone()
    return int(row[0])


def dismiss(session: Session, one_id: int, other_id: int, *, actor: Actor) -> None:
    """Remember that these are two institutions; said again, nothing changes.

    Raises `InstitutionNotFound` and `DuplicateOfItself`.
    """
    pair = _pair(session, one_id, other_id)
    driver_connection(session).execute(_DISMISS, pair | {"by": actor.name})
    driver_connection(session).execute(_FORGET_PAIR, pair)


def recall(session: Session, one_id: int, other_id: int) -> None:
    """Take that back: they may be one again. Raises `InstitutionNotFound` and `DuplicateOfItself`."""
    driver_connection(session).execute(_RECALL, _pair(session, one_id, other_id))
    possible_duplicates(session, one_id)


def _pair(session: Session, one_id: int, other_id: int) -> dict[str, Any]:
    ids: Sequence[int] = sorted(read_institution(session, each).id for each in (one_id, other_id))
    if one_id == other_id:
        raise DuplicateOfItself
    return {"first": ids[0], "second": ids[1]}
