"""Every column with text or bytes stands in the map once, and the map says of each what its model says."""

import pytest

from leasehold.kit.database import Database
from leasehold.kit.models import PERSONAL, Base
from leasehold.privacy.map import AUDITED_AS_THE_PERSON, PERSONAL_DATA_MAP, TABLES_OF_PERSONS
from leasehold.privacy.vocabulary import Fate, Whose
from tests.audit import test_models as _every_model  # noqa: F401  # registers the tables of all models

_COLUMNS = """
SELECT c.relname, a.attname
  FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid JOIN pg_type AS t ON t.oid = a.atttypid
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
   AND a.attnum > 0 AND NOT a.attisdropped
   AND (t.typname IN ('text', 'varchar', 'bpchar', 'name', 'citext', 'json', 'jsonb', 'bytea', 'inet', 'cidr', 'xml')
        OR t.typname IN ('_text', '_varchar', '_jsonb', '_bytea', '_inet'))
"""
_TO_CONTACTS = """
SELECT con.conrelid::regclass::text, a.attname
  FROM pg_constraint AS con JOIN pg_attribute AS a ON a.attrelid = con.conrelid AND a.attnum = con.conkey[1]
 WHERE con.contype = 'f' AND con.confrelid = 'contacts'::regclass
"""


def _mapped() -> list[tuple[str, str]]:
    return [(table.name, column) for table in PERSONAL_DATA_MAP for column in table.columns]


def test_every_column_of_the_schema_is_classified_once(database: Database) -> None:
    with database.connect(application="test") as connection:
        there = {(str(table), str(column)) for table, column in connection.execute(_COLUMNS)}
    mapped = _mapped()
    assert (there - set(mapped), set(mapped) - there) == (set(), set())
    assert len(mapped) == len(set(mapped))


def test_a_new_column_would_be_noticed(database: Database) -> None:
    with database.connect(application="test") as connection:
        connection.execute("ALTER TABLE products ADD COLUMN colour text")
        there = {(str(table), str(column)) for table, column in connection.execute(_COLUMNS)}
    assert there - set(_mapped()) == {("products", "colour")}


def test_every_table_that_refers_to_contacts_is_known_to_be_theirs(database: Database) -> None:
    with database.connect(application="test") as connection:
        refers = {(str(table), str(column)) for table, column in connection.execute(_TO_CONTACTS)}
    assert {(table.name, table.contact_column) for table in TABLES_OF_PERSONS} == refers | {("contacts", "id")}


def test_the_marks_of_the_models_are_those_of_the_map() -> None:
    tables = Base.metadata.tables
    marks = {
        (table.name, name): tables[table.name].columns[name].info[PERSONAL]
        for table in PERSONAL_DATA_MAP
        if table.name in tables
        for name in table.columns
    }
    assert marks == {
        (table.name, name): column.whose.is_personal
        for table in PERSONAL_DATA_MAP
        if table.name in tables
        for name, column in table.columns.items()
    }


@pytest.mark.parametrize("table", TABLES_OF_PERSONS, ids=lambda table: table.name)
def test_nothing_personal_of_a_contact_survives(table: object) -> None:
    columns = table.columns.values()  # type: ignore[attr-defined]
    kept = [column for column in columns if column.whose is Whose.CONTACT and column.fate is Fate.KEPT]
    assert kept == []
    assert {"contacts", "affiliations", "kept_people"} == set(AUDITED_AS_THE_PERSON)
