"""Whom an institution may be: a statement for each reason, answered by an index, at most so many for each.

No statement is prepared: each is planned for what is looked for, a frequent name otherwise than a rare one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, LiteralString

from leasehold.kit.database import Connection
from leasehold.leads.duplicates.free_mail import is_free_mail
from leasehold.leads.duplicates.likeness import LEAST_ALIKE, Reason, likeness_of_names, score, share_of_trigrams

MOST_FOR_A_REASON = 20
"""What more than so many have in common tells nothing."""

_MOST_DETAILS = 60
_MOST_ROWS = 200
_SUBJECT = """
SELECT id, name_core, name_numbers, website_domain, vat_id, parent_id FROM institutions
 WHERE id = %(id)s AND merged_into_id IS NULL
"""
# The ways to reach it and the people in it; of many, the newest.
_DETAILS = """
SELECT kind, value_norm FROM (
    (SELECT id, kind, value_norm FROM contact_details WHERE institution_id = %(id)s ORDER BY id DESC LIMIT %(most)s)
    UNION ALL
    (SELECT d.id, d.kind, d.value_norm
       FROM (SELECT contact_id FROM affiliations WHERE institution_id = %(id)s
              ORDER BY contact_id DESC LIMIT %(most)s) AS a
       JOIN contact_details AS d ON d.contact_id = a.contact_id)
) AS theirs WHERE kind IN ('email', 'phone', 'mobile') ORDER BY id DESC LIMIT %(most)s
"""
_OF_DETAILS = """
  FROM (SELECT contact_id, institution_id FROM contact_details WHERE {found} LIMIT %(rows)s) AS d
  LEFT JOIN affiliations AS a ON a.contact_id = d.contact_id
"""
_SET_THE_BAR = "SELECT set_config('pg_trgm.similarity_threshold', %(bar)s, true)"
_BY_NAME = """
SELECT id FROM institutions
 WHERE name_core %% %(core)s AND name_numbers = %(numbers)s AND id <> %(id)s AND merged_into_id IS NULL
 ORDER BY similarity(name_core, %(core)s) DESC, id LIMIT %(most)s
"""
_BY_VAT_ID = "SELECT id FROM institutions WHERE vat_id = %(vat_id)s AND id <> %(id)s LIMIT %(most)s"
_BY_WEBSITE = """
SELECT id FROM institutions
 WHERE lower(website_domain) COLLATE "C" = ANY (%(websites)s) AND id <> %(id)s LIMIT %(most)s
"""
_OF_DOMAIN: LiteralString = "kind = 'email' AND split_part(lower(value), '@', 2) COLLATE \"C\" = ANY (%(domains)s)"
_OF_PHONE: LiteralString = "kind IN ('phone', 'mobile') AND value_norm = ANY (%(phones)s)"
_THEIRS = "SELECT DISTINCT coalesce(d.institution_id, a.institution_id)" + _OF_DETAILS
_FOUND = """
SELECT id, name, name_core, name_numbers, parent_id FROM institutions
 WHERE id = ANY (%(ids)s) AND merged_into_id IS NULL
"""


@dataclass(frozen=True, slots=True)
class PossibleDuplicate:
    """An institution that may be the one that was looked at: `score` of 100, and why."""

    id: int
    name: str
    score: int
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class _Subject:
    id: int
    core: str
    numbers: str
    website: str | None
    vat_id: str | None
    parent_id: int | None


def find_candidates(connection: Connection, institution_id: int) -> list[PossibleDuplicate]:
    """Whom the institution may be, the likeliest first; nobody where there is no such institution any more.

    Nothing of what was dismissed is known here.
    """
    row: Any = connection.execute(_SUBJECT, {"id": institution_id}).fetchone()
    if row is None:
        return []
    subject = _Subject(*row)
    ids = {reason: _few(found) for reason, found in _look(connection, subject).items()}
    every = sorted(set().union(*ids.values()) - {subject.id})
    judged = [_judge(subject, ids, other) for other in _execute(connection, _FOUND, ids=every)] if every else []
    return sorted((one for one in judged if one is not None), key=lambda one: (-one.score, one.id))


def _look(connection: Connection, subject: _Subject) -> Mapping[Reason, set[int]]:
    emails, phones = _reached(connection, subject.id)
    domains = sorted({domain for domain in (*emails, _bare(subject.website)) if domain and not is_free_mail(domain)})
    asked: dict[str, Any] = {
        "id": subject.id,
        "core": subject.core,
        "numbers": subject.numbers,
        "vat_id": subject.vat_id,
        "domains": domains,
        "websites": [site for domain in domains for site in (domain, f"www.{domain}")],
        "phones": phones,
        "most": MOST_FOR_A_REASON + 1,
        "rows": _MOST_ROWS,
    }
    connection.execute(_SET_THE_BAR, {"bar": str(share_of_trigrams(subject.core))})
    found = {Reason.NAME: _ids(connection, _BY_NAME, asked | {"most": MOST_FOR_A_REASON})}
    if subject.vat_id:
        found[Reason.VAT_ID] = _ids(connection, _BY_VAT_ID, asked)
    if domains:
        sites = _ids(connection, _BY_WEBSITE, asked)
        found[Reason.DOMAIN] = sites | _ids(connection, _THEIRS.format(found=_OF_DOMAIN), asked)
    if phones:
        found[Reason.PHONE] = _ids(connection, _THEIRS.format(found=_OF_PHONE), asked)
    return {reason: those - {subject.id} for reason, those in found.items()}


def _reached(connection: Connection, institution_id: int) -> tuple[set[str], list[str]]:
    """The domains of the e-mail addresses, and the phone numbers."""
    rows = _execute(connection, _DETAILS, id=institution_id, most=_MOST_DETAILS)
    emails = {value.rpartition("@")[2].lower() for kind, value in rows if kind == "email"}
    return emails, sorted({value for kind, value in rows if kind != "email"})


def _judge(subject: _Subject, ids: Mapping[Reason, set[int]], other: Any) -> PossibleDuplicate | None:
    other_id, name, core, numbers, parent_id = other
    names = likeness_of_names(subject.core, core) if numbers == subject.numbers else 0
    reasons = [reason for reason in Reason if other_id in ids.get(reason, ())]
    if names >= LEAST_ALIKE and Reason.NAME not in reasons:
        reasons.append(Reason.NAME)
    if names < LEAST_ALIKE and Reason.NAME in reasons:
        reasons.remove(Reason.NAME)
    if _are_related(subject, other_id, parent_id):  # one house has one domain and one switchboard
        reasons = [reason for reason in reasons if reason not in (Reason.DOMAIN, Reason.PHONE)]
    return PossibleDuplicate(other_id, name, score(reasons, names), tuple(reasons)) if reasons else None


def _are_related(subject: _Subject, other_id: int, parent_id: int | None) -> bool:
    siblings = parent_id is not None and parent_id == subject.parent_id
    return siblings or parent_id == subject.id or subject.parent_id == other_id


def _few(found: set[int]) -> set[int]:
    return found if len(found) <= MOST_FOR_A_REASON else set()


def _bare(domain: str | None) -> str | None:
    return domain and domain.lower().removeprefix("www.")


def _ids(connection: Connection, statement: str, asked: Mapping[str, Any]) -> set[int]:
    return {row[0] for row in _execute(connection, statement, **asked) if row[0] is not None}


def _execute(connection: Connection, statement: str, **parameters: Any) -> Iterable[Any]:
    return connection.execute(statement, parameters, prepare=False).fetchall()
