"""What refers to institutions and customers, and what becomes of it in a merge: every foreign key is listed here once.

A test compares the lists with the catalogue of the database, so that a new table cannot be forgotten.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final, LiteralString


class Fate(Enum):
    """What becomes of the rows that refer to the loser."""

    MOVES = "moves"
    STAYS = "stays"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Reference:
    """A foreign key, and the fate of its rows.

    Rows that move are named by `key` afterwards; `is_whole_key` says that it names one row alone. `unless` is a
    condition on a row `m` under which it stays, because the winner (`%(winner)s`) has the same. `rival` is the
    condition on a row `w` of the winner beside which `m` cannot be the primary one.
    """

    name: LiteralString
    table: LiteralString
    column: LiteralString
    fate: Fate
    key: LiteralString = "id"
    is_whole_key: bool = True
    unless: LiteralString = "false"
    rival: LiteralString | None = None


TO_INSTITUTIONS: Final[tuple[Reference, ...]] = (
    # Sub-institutions; that the winner is none of them any more is settled before.
    Reference("institutions_parent_fkey", "institutions", "parent_id", Fate.MOVES, unless="m.id = %(winner)s"),
    # Who is in both stays in both.
    Reference(
        "affiliations_institution_fkey",
        "affiliations",
        "institution_id",
        Fate.MOVES,
        key="contact_id",
        is_whole_key=False,
        unless="EXISTS (SELECT FROM affiliations AS w"
        " WHERE w.institution_id = %(winner)s AND w.contact_id = m.contact_id)",
        rival="w.institution_id = %(winner)s",
    ),
    Reference(
        "contact_details_institution_fkey",
        "contact_details",
        "institution_id",
        Fate.MOVES,
        unless="EXISTS (SELECT FROM contact_details AS w WHERE w.institution_id = %(winner)s AND w.kind = m.kind"
        " AND w.value_norm = m.value_norm)",
        rival="w.institution_id = %(winner)s AND w.kind = m.kind",
    ),
    Reference(
        "addresses_institution_fkey",
        "addresses",
        "institution_id",
        Fate.MOVES,
        unless="EXISTS (SELECT FROM addresses AS w WHERE w.institution_id = %(winner)s"
        " AND (w.kind, w.street, w.postcode, w.city, w.country)"
        " IS NOT DISTINCT FROM (m.kind, m.street, m.postcode, m.city, m.country))",
    ),
    Reference("activities_institution_fkey", "activities", "institution_id", Fate.MOVES),
    Reference("institution_notes_institution_fkey", "institution_notes", "institution_id", Fate.MOVES),
    # A lead that takes the place of a customer becomes that customer; of two customers, licenses move.
    Reference(
        "customers_institution_fkey",
        "customers",
        "institution_id",
        Fate.MOVES,
        unless="EXISTS (SELECT FROM customers AS w WHERE w.institution_id = %(winner)s)",
    ),
    # The loser's own way through the stages, and what was merged into it: who asks is led on from one to the next.
    Reference("stage_moves_institution_fkey", "stage_moves", "institution_id", Fate.STAYS),
    Reference("institutions_merged_into_fkey", "institutions", "merged_into_id", Fate.STAYS),
    Reference("institution_merges_loser_fkey", "institution_merges", "loser_id", Fate.STAYS),
    Reference("institution_merges_winner_fkey", "institution_merges", "winner_id", Fate.STAYS),
    Reference("duplicate_dismissals_first_fkey", "duplicate_dismissals", "first_id", Fate.STAYS),
    Reference("duplicate_dismissals_second_fkey", "duplicate_dismissals", "second_id", Fate.STAYS),
    Reference("duplicate_checks_institution_fkey", "duplicate_checks", "institution_id", Fate.STAYS),
    # What an import has made is named by it for as long as it is there.
    Reference(
        "institution_import_additions_institution_fkey", "institution_import_additions", "institution_id", Fate.STAYS
    ),
    # Found anew when it is undone.
    Reference("duplicate_candidates_first_fkey", "duplicate_candidates", "first_id", Fate.DROPPED),
    Reference("duplicate_candidates_second_fkey", "duplicate_candidates", "second_id", Fate.DROPPED),
)

TO_CUSTOMERS: Final[tuple[Reference, ...]] = (
    Reference("licenses_customer_fkey", "licenses", "customer_id", Fate.MOVES),
    # Who made which licenses for whom, and whose they were before: that is what has happened, and stays so.
    Reference("license_batches_customer_fkey", "license_batches", "customer_id", Fate.STAYS),
    Reference("license_transfers_from_customer_fkey", "license_transfers", "from_customer_id", Fate.STAYS),
    Reference("license_transfers_to_customer_fkey", "license_transfers", "to_customer_id", Fate.STAYS),
)
