"""Which new rows cannot be written down because their VAT id is another institution's, there or in the file."""

from collections.abc import Iterator
from typing import Any

from leasehold.imports.staging import Wrong
from leasehold.kit.database import Connection

# An institution that is there keeps its own VAT id, whatever the row says.
_TAKEN = """
WITH given AS (
    SELECT place, number, fields ->> 'vat_id' AS vat_id,
           split_part(key, E'\\t', 1) AS name, split_part(key, E'\\t', 2) AS domain
      FROM pg_temp.import_verdicts WHERE state = 'new' AND fields ? 'vat_id'
), fresh AS (
    SELECT g.*, first_value(number) OVER same AS first_number,
           first_value((name, domain)) OVER same AS first_institution
      FROM given AS g
     WHERE NOT EXISTS (SELECT FROM institutions AS i WHERE i.merged_into_id IS NULL AND lower(i.name) = g.name
                          AND coalesce(i.website_domain, '') = g.domain)
    WINDOW same AS (PARTITION BY vat_id ORDER BY place)
)
SELECT f.place, f.vat_id, i.name, f.first_number
  FROM fresh AS f
  LEFT JOIN institutions AS i ON i.vat_id = f.vat_id AND i.archived_at IS NULL AND i.merged_into_id IS NULL
 WHERE i.id IS NOT NULL OR f.first_institution <> (f.name, f.domain)
 ORDER BY f.place
"""


def rows_with_taken_vat_ids(connection: Connection) -> Iterator[Wrong]:
    """What is wrong with those of the rows that were staged last."""
    rows: list[Any] = connection.execute(_TAKEN).fetchall()
    for place, vat_id, name, first_number in rows:
        if name is not None:
            detail = f"{name!r} has the VAT id {vat_id}: look whether it is the same institution, or correct the row."
            yield Wrong(place, "vat_id_of_another", detail, {"vat_id": vat_id, "name": name})
        else:
            detail = f"Row {first_number} has the VAT id {vat_id} for another institution: correct one of them."
            yield Wrong(place, "vat_id_twice", detail, {"vat_id": vat_id, "row": first_number})
