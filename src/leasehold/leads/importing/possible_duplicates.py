"""Which new rows of a file may be institutions that are there already, under another name: a hint, no mistake.

All rows are compared at once, by what an index or one pass over the institutions answers. A name counts where it is the
same in another writing; names that are merely alike are found once the institution is written down.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from leasehold.customers.normal import normal_detail
from leasehold.customers.vocabulary import DetailKind
from leasehold.imports.staging import new_rows
from leasehold.kit.database import Connection
from leasehold.leads.duplicates.candidates import MOST_FOR_A_REASON, PossibleDuplicate
from leasehold.leads.duplicates.free_mail import is_free_mail
from leasehold.leads.duplicates.likeness import Reason, score
from leasehold.leads.importing.rows import Cells, card_of, institution_key, person_of

_AT_ONCE = 10_000
_STAGE = """
DROP TABLE IF EXISTS pg_temp.import_signs;
CREATE TEMPORARY TABLE import_signs (institution text COLLATE "C" NOT NULL, reason text NOT NULL, sign text NOT NULL)
    ON COMMIT DROP
"""
_COPY = "COPY pg_temp.import_signs (institution, reason, sign) FROM STDIN"
# Who is there already under this very name gets the people of the row, and is nobody's double.
_COMPARE = """
WITH signs AS MATERIALIZED (
    SELECT DISTINCT s.institution, s.reason, s.sign FROM pg_temp.import_signs AS s
     WHERE NOT EXISTS (SELECT FROM institutions AS i
                        WHERE i.merged_into_id IS NULL AND lower(i.name) = split_part(s.institution, E'\\t', 1)
                          AND coalesce(i.website_domain, '') = split_part(s.institution, E'\\t', 2))
), asked AS MATERIALIZED (
    SELECT DISTINCT reason, sign FROM signs
), names AS MATERIALIZED (
    SELECT sign, core_name(sign) AS core, name_numbers(sign) AS numbers FROM asked WHERE reason = 'name'
), details AS (
    SELECT 'domain' AS reason, a.sign, d.contact_id, d.institution_id
      FROM asked AS a JOIN contact_details AS d ON split_part(lower(d.value), '@', 2) COLLATE "C" = a.sign
     WHERE a.reason = 'domain' AND d.kind = 'email'
     UNION ALL
    SELECT 'phone', a.sign, d.contact_id, d.institution_id
      FROM asked AS a JOIN contact_details AS d ON d.value_norm = a.sign
     WHERE a.reason = 'phone' AND d.kind IN ('phone', 'mobile')
), found AS (
    SELECT 'name' AS reason, n.sign, i.id
      FROM names AS n JOIN institutions AS i ON (i.name_core, i.name_numbers) = (n.core, n.numbers)
     UNION
    SELECT a.reason, a.sign, i.id FROM asked AS a JOIN institutions AS i ON i.vat_id = a.sign WHERE a.reason = 'vat_id'
     UNION
    SELECT a.reason, a.sign, i.id
      FROM asked AS a CROSS JOIN unnest(ARRAY['', 'www.']) AS w (before)
      JOIN institutions AS i ON lower(i.website_domain) COLLATE "C" = w.before || a.sign
     WHERE a.reason = 'domain'
     UNION
    SELECT d.reason, d.sign, coalesce(d.institution_id, p.institution_id)
      FROM details AS d LEFT JOIN affiliations AS p ON p.contact_id = d.contact_id
), counted AS (
    SELECT f.reason, f.sign, i.id, i.name, count(*) OVER (PARTITION BY f.reason, f.sign) AS many
      FROM found AS f JOIN institutions AS i ON i.id = f.id AND i.merged_into_id IS NULL
), doubles AS MATERIALIZED (
    SELECT s.institution, c.id, c.name, array_agg(DISTINCT s.reason) AS reasons
      FROM signs AS s JOIN counted AS c ON c.reason = s.reason AND c.sign = s.sign
     WHERE c.many <= %(most)s
     GROUP BY s.institution, c.id, c.name
), first AS (
    SELECT min(v.place) AS place, min(v.number) AS number, min(v.given) AS given, k.institution
      FROM pg_temp.import_verdicts AS v
     CROSS JOIN LATERAL (
           SELECT split_part(v.key, E'\\t', 1) || E'\\t' || split_part(v.key, E'\\t', 2) AS institution) AS k
     WHERE v.state = 'new' AND k.institution IN (SELECT institution FROM doubles)
     GROUP BY k.institution ORDER BY 1 LIMIT %(rows)s
)
SELECT (SELECT count(DISTINCT institution) FROM doubles), r.number, r.given, d.id, d.name, d.reasons
  FROM first AS r JOIN doubles AS d ON d.institution = r.institution
 ORDER BY r.place, d.id
"""


@dataclass(frozen=True, slots=True)
class RowDouble:
    """The first row (`number`) of an institution, and whom it may be, the likeliest first."""

    number: int
    given: str
    possible_duplicates: list[PossibleDuplicate]


@dataclass(frozen=True, slots=True)
class Doubles:
    """How many institutions of a file may be there already, and the first of them in the order of the file."""

    count: int
    first: list[RowDouble]


def find_doubles(connection: Connection, limit: int) -> Doubles:
    """Compare the new rows that were staged last with what is there; `limit` is how many are named."""
    connection.execute(_STAGE)
    signs = (sign for _place, fields in new_rows(connection) for sign in _signs(fields))
    while some := list(islice(signs, _AT_ONCE)):
        with connection.cursor().copy(_COPY) as copy:
            for sign in some:
                copy.write_row(sign)
    rows: list[Any] = connection.execute(_COMPARE, {"most": MOST_FOR_A_REASON, "rows": limit}).fetchall()
    found: dict[int, RowDouble] = {}
    for _count, number, given, other_id, name, said in rows:
        reasons = tuple(reason for reason in Reason if reason in said)
        other = PossibleDuplicate(other_id, name, score(reasons, 100), reasons)
        found.setdefault(number, RowDouble(number, given, [])).possible_duplicates.append(other)
    for double in found.values():
        double.possible_duplicates.sort(key=lambda one: (-one.score, one.id))
    return Doubles(rows[0][0] if rows else 0, list(found.values()))


def _signs(fields: Cells) -> Iterator[tuple[str, str, str]]:
    """By what the institution of a row is known, each with the reason that it gives."""
    key, card, person = institution_key(fields), card_of(fields), person_of(fields)
    yield key, Reason.NAME, card.name
    if card.vat_id:
        yield key, Reason.VAT_ID, card.vat_id
    domains = {(card.website_domain or "").removeprefix("www.")}
    for detail in (*card.details, *(person.details if person else ())):
        norm = normal_detail(detail.kind, detail.value)
        if detail.kind is DetailKind.EMAIL:
            domains.add(norm.rpartition("@")[2].lower())
        elif detail.kind in (DetailKind.PHONE, DetailKind.MOBILE):
            yield key, Reason.PHONE, norm
    for domain in domains:
        if domain and not is_free_mail(domain):
            yield key, Reason.DOMAIN, domain
