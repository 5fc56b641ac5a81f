"""Whom reminders go to."""

from dataclasses import dataclass
from typing import Final, LiteralString

from leasehold.customers.vocabulary import Language
from leasehold.kit.configuration import Configuration


@dataclass(frozen=True, slots=True)
class Recipient:
    """An address, and the language that is spoken there. `contact_id` None is the vendor, or one of the staff."""

    contact_id: int | None
    address: str
    language: Language


RECIPIENTS: Final[LiteralString] = """
SELECT c.id AS customer_id, a.contact_id, d.value AS address, i.language
  FROM customers AS c
  JOIN institutions AS i ON i.id = c.institution_id AND NOT i.do_not_contact AND i.archived_at IS NULL
  JOIN affiliations AS a ON a.institution_id = i.id AND a.is_primary
       AND (a.valid_from IS NULL OR a.valid_from <= %(today)s) AND (a.valid_to IS NULL OR a.valid_to >= %(today)s)
  JOIN contacts AS p ON p.id = a.contact_id AND p.restricted_at IS NULL
  JOIN LATERAL (SELECT value FROM contact_details
                 WHERE contact_id = a.contact_id AND kind = 'email' AND is_primary
                   AND NOT opt_out AND status <> 'invalid'
                 ORDER BY id LIMIT 1) AS d ON true
"""
"""Who may be written to about a customer's licenses, at most one for each: the primary contact, at their primary e-mail
address, in the customer's language; not where they have objected, have left (`%(today)s` is the day that it is), are
restricted, or the address does not work. A customer without a row is written to by nobody."""


@dataclass(frozen=True, slots=True)
class Vendor:
    """The language that the vendor's people are written to in, and the vendor's own address, if any is configured."""

    language: Language
    address: str | None = None

    @property
    def recipient(self) -> Recipient | None:
        """Who hears of the vendor's own matters."""
        return None if self.address is None else self.colleague(self.address)

    def colleague(self, address: str) -> Recipient:
        """A member of the staff."""
        return Recipient(None, address, self.language)


def vendor_of(configuration: Configuration) -> Vendor:
    """The vendor as configured."""
    return Vendor(Language(configuration.mail_language), configuration.mail_vendor)
