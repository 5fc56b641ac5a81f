"""Look for the duplicates of an institution, and keep what was found; without an ORM, for the worker."""

from typing import Any

from leasehold.kit.database import Connection
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


def look(connection: Connection, institution_id: int) -> list[PossibleDuplicate]:
    """Whom the institution may be, the likeliest first, without those that it is said not to be."""
    dismissed = {row[0] for row in connection.execute(_DISMISSED, {"id": institution_id})}
    return [one for one in find_candidates(connection, institution_id) if one.id not in dismissed]


def check(connection: Connection, institution_id: int) -> list[PossibleDuplicate]:
    """The same; the work list says so from now on."""
    last: Any = connection.execute(_LAST_ASKED, {"id": institution_id}).fetchone()
    found = look(connection, institution_id)
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
