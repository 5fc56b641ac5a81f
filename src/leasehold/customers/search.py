"""Institutions and the people in them, found by what somebody has at hand: a name, an address, a number, a domain.

No statement is prepared: each is planned for the text that is looked for, a frequent one otherwise than a rare one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from leasehold.kit.matching import SHORTEST_PART, beginning, containing, digits_of
from leasehold.kit.orm import driver_connection

_CUSTOMERS = """
SELECT c.id, i.name, i.website_domain
  FROM institutions AS i JOIN customers AS c ON c.institution_id = i.id
 WHERE i.merged_into_id IS NULL
"""
_LEADS = """
SELECT i.id, i.name, i.website_domain
  FROM institutions AS i
 WHERE i.merged_into_id IS NULL AND NOT EXISTS (SELECT FROM customers AS c WHERE c.institution_id = i.id)
"""
_OF_NAME = """
   AND i.name_folded LIKE CASE WHEN length(fold_name(%(part)s)) >= %(shortest)s
                               THEN '%%' || fold_name(%(part)s) || '%%' ELSE fold_name(%(part)s) END
 LIMIT %(limit)s
"""
_OF_WEBSITE = """
   AND lower(i.website_domain) COLLATE "C" >= %(first)s AND lower(i.website_domain) COLLATE "C" < %(last)s
 LIMIT %(limit)s
"""
# A contact is shown with the institution that they belong to, whose own details stand for it. Nobody is found whose
# data are restricted.
_CONTACT_COLUMNS = """
SELECT p.id, c.id, i.id, i.name, coalesce(p.first_name || ' ', '') || p.last_name, d.value
  FROM contact_details AS d
  LEFT JOIN contacts AS p ON p.id = d.contact_id
  LEFT JOIN affiliations AS a ON a.contact_id = d.contact_id
  JOIN institutions AS i ON i.id = coalesce(d.institution_id, a.institution_id)
  LEFT JOIN customers AS c ON c.institution_id = i.id
 WHERE p.restricted_at IS NULL
"""
_BY_EMAIL = f"""{_CONTACT_COLUMNS}
   AND d.kind = 'email' AND lower(d.value) COLLATE "C" >= %(first)s AND lower(d.value) COLLATE "C" < %(last)s
 LIMIT %(limit)s
"""
_BY_EMAIL_DOMAIN = f"""{_CONTACT_COLUMNS}
   AND d.kind = 'email' AND split_part(lower(d.value), '@', 2) COLLATE "C" = %(domain)s
 LIMIT %(limit)s
"""
_BY_PHONE = f"""{_CONTACT_COLUMNS}
   AND d.kind IN ('phone', 'mobile')
   AND reverse(regexp_replace(d.value, '[^0-9]+', '', 'g')) COLLATE "C" >= %(first)s
   AND reverse(regexp_replace(d.value, '[^0-9]+', '', 'g')) COLLATE "C" < %(last)s
 LIMIT %(limit)s
"""
_CONTACT_BY_NAME = """
SELECT p.id, c.id, i.id, i.name, coalesce(p.first_name || ' ', '') || p.last_name, a.role
  FROM contacts AS p
  JOIN affiliations AS a ON a.contact_id = p.id
  JOIN institutions AS i ON i.id = a.institution_id
  LEFT JOIN customers AS c ON c.institution_id = i.id
 WHERE p.restricted_at IS NULL AND lower(coalesce(p.first_name || ' ', '') || p.last_name) LIKE lower(%(pattern)s)
 LIMIT %(limit)s
"""
_LONGEST_COUNTRY_CODE = 3


@dataclass(frozen=True, slots=True)
class CustomerHit:
    """A customer that was found."""

    customer_id: int
    name: str
    website_domain: str | None


@dataclass(frozen=True, slots=True)
class LeadHit:
    """An institution that is no customer, and was found."""

    institution_id: int
    name: str
    website_domain: str | None


@dataclass(frozen=True, slots=True)
class ContactHit:
    """A person (None: the institution itself) in an institution, which may be a customer; what they were found by."""

    contact_id: int | None
    customer_id: int | None
    institution_id: int
    institution: str
    person: str | None
    detail: str | None


def search_customers(session: Session, part: str, *, limit: int) -> list[CustomerHit]:
    """Customers whose name contains `part`, however it is spelled."""
    rows = _rows(session, _CUSTOMERS + _OF_NAME, part=part, shortest=SHORTEST_PART, limit=limit)
    return [CustomerHit(*row) for row in rows]


def search_customers_by_domain(session: Session, domain: str, *, limit: int) -> list[CustomerHit]:
    """Customers whose website's domain begins with `domain`."""
    first, last = beginning(domain.lower())
    return [CustomerHit(*row) for row in _rows(session, _CUSTOMERS + _OF_WEBSITE, first=first, last=last, limit=limit)]


def search_leads(session: Session, part: str, *, limit: int) -> list[LeadHit]:
    """Institutions that are no customers and whose name contains `part`, however it is spelled."""
    rows = _rows(session, _LEADS + _OF_NAME, part=part, shortest=SHORTEST_PART, limit=limit)
    return [LeadHit(*row) for row in rows]


def search_leads_by_domain(session: Session, domain: str, *, limit: int) -> list[LeadHit]:
    """Institutions that are no customers and whose website's domain begins with `domain`."""
    first, last = beginning(domain.lower())
    return [LeadHit(*row) for row in _rows(session, _LEADS + _OF_WEBSITE, first=first, last=last, limit=limit)]


def search_contacts(session: Session, part: str, *, limit: int) -> list[ContactHit]:
    """People whose name contains `part`, in any letter case."""
    return [ContactHit(*row) for row in _rows(session, _CONTACT_BY_NAME, pattern=containing(part), limit=limit)]


def search_contacts_by_email(session: Session, text: str, *, limit: int) -> list[ContactHit]:
    """Whose e-mail address begins with `text`; of `@acme.example`, whose address is at that domain."""
    if text.startswith("@"):
        return search_contacts_by_email_domain(session, text[1:], limit=limit)
    first, last = beginning(text.lower())
    return [ContactHit(*row) for row in _rows(session, _BY_EMAIL, first=first, last=last, limit=limit)]


def search_contacts_by_email_domain(session: Session, domain: str, *, limit: int) -> list[ContactHit]:
    """Whose e-mail address is at `domain`."""
    return [ContactHit(*row) for row in _rows(session, _BY_EMAIL_DOMAIN, domain=domain.lower(), limit=limit)]


def search_contacts_by_phone(session: Session, number: str, *, limit: int) -> list[ContactHit]:
    """Whose phone number ends with the digits of `number`, however it is written.

    A number with a country code (`+49 30 …`) is found where it was noted without (`030 …`), too.
    """
    national = digits_of(number).lstrip("0")
    endings = [national]
    if number.lstrip().startswith(("+", "00")):
        endings += [national[cut:] for cut in range(1, _LONGEST_COUNTRY_CODE + 1) if len(national) - cut >= 6]
    for ending in endings:
        first, last = beginning(ending[::-1])
        if ending and (rows := _rows(session, _BY_PHONE, first=first, last=last, limit=limit)):
            return [ContactHit(*row) for row in rows]
    return []


def _rows(session: Session, statement: str, **parameters: str | int) -> Sequence[Any]:
    return driver_connection(session).execute(statement, parameters, prepare=False).fetchall()
