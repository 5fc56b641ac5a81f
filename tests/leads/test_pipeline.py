from datetime import timedelta

import psycopg
import pytest
from sqlalchemy.orm import Session

from leasehold.customers.institutions import archive_institution, read_institution
from leasehold.customers.service import create_customer
from leasehold.kit.database import Database, Role
from leasehold.kit.errors import Stale
from leasehold.kit.orm import transaction
from leasehold.leads.errors import StageNotFound, StageRefused
from leasehold.leads.lists import board
from leasehold.leads.pipeline import find_stage, list_stages, move_to_stage, stays_of
from leasehold.leads.vocabulary import StageType
from tests.conftest import FreshDatabase
from tests.leads.leads import ACTOR, UTC, let_pass, make_lead


def _stage(session: Session, name: str) -> int:
    return find_stage(session, name).id


def test_the_house_begins_with_stages_of_each_type(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        stages = list_stages(session)
        assert [stage.name for stage in stages] == [
            "New",
            "Contacted",
            "Qualified",
            "Offer",
            "On hold",
            "Lost",
            "Won",
        ]
        assert {stage.type for stage in stages} == set(StageType)
        assert find_stage(session, "ON HOLD").id == find_stage(session, str(stages[4].id)).id
        with pytest.raises(StageNotFound):
            find_stage(session, "Nowhere")


def test_each_stay_is_logged_with_its_days(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        lead = make_lead(session)
        let_pass(session, lead, timedelta(days=10, hours=5))
        move_to_stage(session, lead, _stage(session, "Offer"))
        let_pass(session, lead, timedelta(days=2))
        move_to_stage(session, lead, _stage(session, "Offer"))  # no move at all
        move_to_stage(session, lead, _stage(session, "Lost"), lost_reason=" Too  dear ")
        stays = stays_of(session, lead)
        assert [(stay.stage.name, stay.days, stay.left_at is None, stay.lost_reason) for stay in stays] == [
            ("Lost", 0, True, "Too dear"),
            ("Offer", 2, False, None),
            ("New", 10, False, None),
        ]
        assert {stay.moved_by for stay in stays} == {ACTOR.name}
        move_to_stage(session, lead, _stage(session, "Contacted"))
        assert read_institution(session, lead).lost_reason is None


def test_a_lead_is_lost_for_a_reason_and_won_by_conversion_alone(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        lead = make_lead(session)
        for stage, reason, problem in (
            ("Lost", None, "lost_without_reason"),
            ("Lost", "  ", "lost_without_reason"),
            ("Won", "We did", "won_by_conversion"),
        ):
            with pytest.raises(StageRefused) as refused:
                move_to_stage(session, lead, _stage(session, stage), lost_reason=reason)
            assert refused.value.context["problem"] == problem
        with pytest.raises(StageNotFound):
            move_to_stage(session, lead, 99)
        assert [stay.stage.name for stay in stays_of(session, lead)] == ["New"]


def test_customers_and_what_is_archived_do_not_move(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        lead, customer = make_lead(session), create_customer(session, "Buyer").institution_id
        archive_institution(session, lead)
        for institution, problem in ((lead, "is_archived"), (customer, "is_customer")):
            with pytest.raises(StageRefused) as refused:
                move_to_stage(session, institution, _stage(session, "Offer"))
            assert refused.value.context["problem"] == problem


def test_a_move_of_what_was_moved_meanwhile_is_refused(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        lead = make_lead(session)
        read_at = read_institution(session, lead).version
        move_to_stage(session, lead, _stage(session, "Offer"), version=read_at)
        with pytest.raises(Stale):
            move_to_stage(session, lead, _stage(session, "Contacted"), version=read_at)


def test_the_schema_wants_a_reason_whoever_writes(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        lead, lost = make_lead(session), _stage(session, "Lost")
    with database.connect(application="test") as connection:
        ACTOR.sign(connection)
        with pytest.raises(psycopg.errors.CheckViolation) as refused:
            connection.execute("UPDATE institutions SET stage_id = %s WHERE id = %s", (lost, lead))
        assert refused.value.diag.constraint_name == "institutions_lost_has_reason"


def test_the_panel_cannot_rewrite_the_log(fresh_database: FreshDatabase) -> None:
    with fresh_database.as_role(Role.PANEL).connect(application="test") as connection:
        for act in (
            "UPDATE stage_moves SET moved_by = 'x'",
            "DELETE FROM stage_moves",
            "INSERT INTO stage_moves DEFAULT VALUES",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(act)
            connection.rollback()


def test_the_board_has_every_lead_in_its_stage(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        old, new, gone = (make_lead(session, name) for name in ("Old", "New", "Gone"))
        let_pass(session, old, timedelta(days=3))
        archive_institution(session, gone)
        columns = {column.stage.name: column for column in board(session, UTC)}
        assert "Won" not in columns
        assert [(line.institution.id, line.days) for line in columns["New"].lines] == [(old, 3), (new, 0)]
        assert columns["New"].count == 2
        assert [column.count for column in board(session, UTC, owner_id=1)] == [0] * 6
