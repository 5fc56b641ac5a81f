"""What is there already of a file of institutions, as `imports.staging.stage` asks for it."""

from typing import Final, LiteralString

# Who is in which institution; and the rows of new institutions whose VAT id is another's, there or in a row before. An
# institution that is there keeps its own, whatever the row says.
KNOWN: Final[LiteralString] = """
SELECT DISTINCT lower(i.name) || E'\\t' || coalesce(i.website_domain, '') || E'\\t' || p.name AS key, true AS is_same,
       NULL::text AS problem, NULL::text AS detail, NULL::jsonb AS context
  FROM institutions AS i
  CROSS JOIN LATERAL (
       SELECT '' AS name
        UNION ALL
       SELECT lower(concat_ws(' ', c.first_name, c.last_name))
         FROM affiliations AS a JOIN contacts AS c ON c.id = a.contact_id WHERE a.institution_id = i.id) AS p
 WHERE i.merged_into_id IS NULL AND %(always)s
 UNION ALL
(SELECT DISTINCT ON (f.key) f.key, false,
       CASE WHEN i.id IS NULL THEN 'vat_id_twice' ELSE 'vat_id_of_another' END,
       CASE WHEN i.id IS NULL
            THEN format('Row %%s has the VAT id %%s for another institution: correct one of them.',
                        f.first_number, f.vat_id)
            ELSE format('“%%s” has the VAT id %%s: look whether it is the same institution, or correct the row.',
                        i.name, f.vat_id) END,
       jsonb_build_object('vat_id', f.vat_id, 'name', i.name, 'row', f.first_number)
  FROM (SELECT n.*, first_value(n.number) OVER same AS first_number,
               first_value((n.name, n.domain)) OVER same AS first_institution
          FROM (SELECT key, place, number, fields ->> 'vat_id' AS vat_id,
                       split_part(key, E'\\t', 1) AS name, split_part(key, E'\\t', 2) AS domain
                  FROM pg_temp.import_rows WHERE problem IS NULL AND fields ? 'vat_id') AS n
         WHERE NOT EXISTS (SELECT FROM institutions AS i WHERE i.merged_into_id IS NULL AND lower(i.name) = n.name
                              AND coalesce(i.website_domain, '') = n.domain)
        WINDOW same AS (PARTITION BY n.vat_id ORDER BY n.place)) AS f
  LEFT JOIN institutions AS i ON i.vat_id = f.vat_id AND i.archived_at IS NULL AND i.merged_into_id IS NULL
 WHERE i.id IS NOT NULL OR f.first_institution <> (f.name, f.domain)
 ORDER BY f.key, f.place)
"""
