"""How long people are kept (Art. 5(1)(e) GDPR): rules propose, somebody approves, then they are erased."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from leasehold.kit.orm import driver_connection
from leasehold.privacy.digests import Digester
from leasehold.privacy.erasing import Erased, erase
from leasehold.privacy.errors import MonthsInvalid, NotProposed
from leasehold.privacy.models import RetentionRule
from leasehold.privacy.vocabulary import RetentionKind
from leasehold.settings.days import time_zone

MOST_MONTHS: Final = 600
MOST_LISTED: Final = 500

# The last sign of dealings with a person: what was changed about them, done about or noted of their institutions, and
# until when those had licenses. Nobody is proposed who is restricted, is kept, has asked for something, or is to be
# called yet.
_PROPOSALS: Final = """
WITH seen AS (
    SELECT c.id, concat_ws(' ', c.first_name, c.last_name) AS name, p.institutions, p.is_customer,
           greatest(c.updated_at, p.changed_at, p.licensed_until,
                    (SELECT max(greatest(a.updated_at, a.done_at)) FROM activities AS a
                      WHERE a.contact_id = c.id OR a.institution_id = ANY (p.ids)),
                    (SELECT max(v.created_at) FROM institution_notes AS n
                       JOIN institution_note_versions AS v ON v.note_id = n.id WHERE n.institution_id = ANY (p.ids)),
                    (SELECT max(m.entered_at) FROM stage_moves AS m WHERE m.institution_id = ANY (p.ids))) AS last_sign
      FROM contacts AS c, LATERAL (
          SELECT coalesce(array_agg(i.id), '{}') AS ids,
                 coalesce(array_agg(i.name ORDER BY i.name), '{}') AS institutions,
                 max(i.updated_at) AS changed_at, coalesce(bool_or(k.id IS NOT NULL), false) AS is_customer,
                 max(greatest(k.since, (SELECT max(coalesce(l.deleted_at, l.valid_until, 'infinity'))
                                          FROM licenses AS l WHERE l.customer_id = k.id))) AS licensed_until
            FROM affiliations AS f JOIN institutions AS i ON i.id = f.institution_id
            LEFT JOIN customers AS k ON k.institution_id = i.id
           WHERE f.contact_id = c.id) AS p
     WHERE c.erased_at IS NULL AND c.restricted_at IS NULL
       AND NOT EXISTS (SELECT FROM privacy_requests AS r WHERE r.contact_id = c.id AND r.done_on IS NULL)
       AND NOT EXISTS (SELECT FROM kept_people AS k WHERE k.contact_id = c.id
                        AND k.kept_until >= (clock_timestamp() AT TIME ZONE %(zone)s)::date)
       AND NOT EXISTS (SELECT FROM activities AS a WHERE a.contact_id = c.id AND a.done_at IS NULL)
)
SELECT s.id, s.name, s.institutions, s.last_sign, r.kind, r.months
  FROM seen AS s
  JOIN retention_rules AS r
    ON r.kind = CASE WHEN s.is_customer THEN 'former_customer_contacts' ELSE 'lead_contacts' END
 WHERE s.last_sign < clock_timestamp() - make_interval(months => r.months)
   AND (%(ids)s::bigint[] IS NULL OR s.id = ANY (%(ids)s))
 ORDER BY s.last_sign, s.id LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Proposal:
    """Somebody whom a rule proposes to erase: no sign of dealings since `last_sign`, which is `months` ago or more."""

    contact_id: int
    name: str
    institutions: Sequence[str]
    last_sign: datetime
    kind: RetentionKind
    months: int


def list_rules(session: Session) -> dict[RetentionKind, int | None]:
    """Each rule's months; None where it proposes nobody."""
    months = {rule.kind: rule.months for rule in session.scalars(select(RetentionRule))}
    return {kind: months[kind.value] for kind in RetentionKind}


def set_rule(session: Session, kind: RetentionKind, months: int | None) -> None:
    """Let a rule wait so many months, or propose nobody. Raises `MonthsInvalid`."""
    if months is not None and not 1 <= months <= MOST_MONTHS:
        raise MonthsInvalid(kind, MOST_MONTHS)
    session.get_one(RetentionRule, kind.value).months = months
    session.flush()


def list_proposals(session: Session, *, ids: Collection[int] | None = None, limit: int = MOST_LISTED) -> list[Proposal]:
    """Whom the rules propose to erase now, the longest silent first; of `ids` alone where they are given."""
    session.flush()
    parameters = {"ids": None if ids is None else list(ids), "most": limit, "zone": time_zone(session).key}
    rows: list[Any] = driver_connection(session).execute(_PROPOSALS, parameters).fetchall()
    return [Proposal(id_, name, at, seen, RetentionKind(kind), months) for id_, name, at, seen, kind, months in rows]


def approve(session: Session, ids: Sequence[int], *, digester: Digester) -> list[Erased]:
    """Erase these people, all of them or none; each must be proposed at this moment.

    The caller asks the guard first, and writes the ledger's file afterwards. Raises `NotProposed`.
    """
    proposals = {one.contact_id: one for one in list_proposals(session, ids=ids, limit=len(ids))}
    for contact_id in ids:
        if contact_id not in proposals:
            raise NotProposed(contact_id)
    return [
        erase(session, one.contact_id, f"the rule {one.kind.value}: {one.months} months", digester=digester)
        for one in proposals.values()
    ]
