"""Connections under the ORM: planned for the values at hand, and no further than that."""

from sqlalchemy import text

from leasehold.kit.actor import Actor
from leasehold.kit.database import Database
from leasehold.kit.orm import transaction


def test_no_statement_settles_for_one_plan(database: Database) -> None:
    with transaction(database, Actor("test")) as session:
        for number in range(10):
            session.execute(text("SELECT count(*) FROM institutions WHERE id = :number"), {"number": number})
        assert session.execute(text("SELECT count(*) FROM pg_prepared_statements")).scalar() == 0


def test_statements_of_triggers_keep_their_plans(database: Database) -> None:
    with transaction(database, Actor("test")) as session:
        assert session.execute(text("SHOW plan_cache_mode")).scalar() == "auto"
