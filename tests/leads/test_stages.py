"""The stages of leads are the house's own, within the few rules that all else hangs on."""

import threading
from typing import Any

import psycopg
import pytest
from sqlalchemy.orm import Session

from leasehold.customers.institutions import InstitutionCard, archive_institution, read_institution
from leasehold.customers.models import PipelineStage
from leasehold.kit.database import Database, Role
from leasehold.kit.errors import DomainError, Stale
from leasehold.kit.orm import transaction
from leasehold.leads.converting import convert, unconvert
from leasehold.leads.errors import StageNameTaken, StageNotFound
from leasehold.leads.merging.service import merge_institutions
from leasehold.leads.merging.undoing import undo_merge
from leasehold.leads.pipeline import add_lead, find_stage, list_stages, move_to_stage, stays_of
from leasehold.leads.stages import (
    StageCard,
    Successor,
    add_stage,
    card_of,
    count_in_stages,
    edit_stage,
    read_stage,
    remove_stage,
)
from leasehold.leads.vocabulary import StageColour, StageType
from tests.conftest import FreshDatabase
from tests.leads.leads import ACTOR, make_lead


def _names(session: Session) -> list[str]:
    return [stage.name for stage in list_stages(session)]


def _id(session: Session, name: str) -> int:
    return find_stage(session, name).id


def _problem(act: Any) -> str:
    with pytest.raises(DomainError) as refused:
        act()
    return str(refused.value.context.get("problem", refused.value.code))


def test_a_stage_is_added_named_moved_and_of_another_type(fresh_database: FreshDatabase) -> None:
    panel = fresh_database.as_role(Role.PANEL)
    with transaction(panel, ACTOR) as session:
        demo = add_stage(
            session, StageCard(" Demo  shown ", colour=StageColour.PINK), after_id=_id(session, "Contacted")
        )
        first = add_stage(session, StageCard("First"), after_id=0)
        add_stage(session, StageCard("Last", StageType.ON_HOLD))
        assert _names(session)[:4] == ["First", "New", "Contacted", "Demo shown"]
        assert _names(session)[-1] == "Last"
        assert read_institution(session, make_lead(session)).stage_id == first.id
        edit_stage(session, demo.id, StageCard("Waits", StageType.ON_HOLD), after_id=_id(session, "Last"))
        assert _names(session)[-2:] == ["Last", "Waits"]
        assert card_of(read_stage(session, demo.id)) == StageCard("Waits", StageType.ON_HOLD)
        assert [stage.position for stage in list_stages(session)] == [10 * number for number in range(1, 11)]


def test_what_cannot_be_a_stage_is_refused(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        new = _id(session, "New")
        for card in (StageCard("oFFER"), StageCard("Offer ")):
            with pytest.raises(StageNameTaken):
                add_stage(session, card)
            with pytest.raises(StageNameTaken):
                edit_stage(session, new, card)
        for name in ("", "  ", "x" * 61, "a\0b"):
            assert _problem(lambda name=name: add_stage(session, StageCard(name))) != ""
        with pytest.raises(StageNotFound):
            add_stage(session, StageCard("Nowhere"), after_id=4711)
        with pytest.raises(StageNotFound):
            edit_stage(session, 4711, StageCard("Nobody"))


def test_a_stage_with_leads_keeps_its_type_and_is_removed_with_a_successor_alone(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        new, offer = _id(session, "New"), _id(session, "Offer")
        lead, archived = make_lead(session, "Lead"), make_lead(session, "Archived")
        archive_institution(session, archived)
        assert count_in_stages(session) == {new: 2}
        retype = lambda: edit_stage(session, new, StageCard("New", StageType.LOST))  # noqa: E731
        assert _problem(retype) == "not_empty_for_type"
        assert _problem(lambda: remove_stage(session, new)) == "not_empty"
        assert _problem(lambda: remove_stage(session, new, successor=Successor(new))) == "moves_to_itself"
        assert _problem(lambda: remove_stage(session, new, successor=Successor(4711))) == "stage_not_found"
        assert remove_stage(session, new, successor=Successor(offer)) == 2
        assert read_institution(session, lead).stage_id == read_institution(session, archived).stage_id == offer
        assert "New" not in _names(session)
        assert [stay.stage.name for stay in stays_of(session, lead)] == ["Offer", "New"]
        with pytest.raises(StageNotFound):
            move_to_stage(session, lead, new)
        add_stage(session, StageCard("New"))  # its name is free again


def test_all_are_lost_for_a_reason_or_each_keeps_its_own(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        new, lost, lead = _id(session, "New"), _id(session, "Lost"), make_lead(session)
        further = add_stage(session, StageCard("Gone", StageType.LOST))
        losing = lambda: remove_stage(session, new, successor=Successor(lost, " "))  # noqa: E731
        assert _problem(losing) == "all_lost_without_reason"
        remove_stage(session, new, successor=Successor(lost, " Too  dear "))
        assert read_institution(session, lead).lost_reason == "Too dear"
        remove_stage(session, lost, successor=Successor(further.id))
        assert read_institution(session, lead).lost_reason == "Too dear"


def test_customers_stay_in_won_stages_and_leads_come_into_none(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        new, won = _id(session, "New"), _id(session, "Won")
        lead, customer = make_lead(session, "Lead"), make_lead(session, "Customer")
        convert(session, customer)
        for stage, to in ((new, won), (won, new)):
            act = lambda stage=stage, to=to: remove_stage(session, stage, successor=Successor(to))  # noqa: E731
            assert _problem(act) == "won_is_for_customers"
        further = add_stage(session, StageCard("Bought", StageType.WON))
        remove_stage(session, won, successor=Successor(further.id))
        assert read_institution(session, customer).stage_id == further.id
        remove_stage(session, new, successor=Successor(_id(session, "Offer")))
        unconvert(session, customer)  # where it came from is no stage any more
        assert read_institution(session, customer).stage_id == _id(session, "Contacted")
        assert read_institution(session, lead).stage_id == _id(session, "Offer")


def test_one_open_stage_stays(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        for name in ("New", "Contacted", "Qualified"):
            remove_stage(session, _id(session, name))
        offer = _id(session, "Offer")
        assert _problem(lambda: remove_stage(session, offer)) == "last_open"
        assert _problem(lambda: edit_stage(session, offer, StageCard("Offer", StageType.ON_HOLD))) == "last_open"
        for name in ("On hold", "Lost", "Won"):  # nobody needs these
            remove_stage(session, _id(session, name))
        lead = make_lead(session)
        convert(session, lead)
        assert read_institution(session, lead).stage_id is None


def test_who_saves_second_is_told(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        stage = find_stage(session, "Offer")
        read_at = stage.version
        edit_stage(session, stage.id, StageCard("Proposal"), version=read_at)
        with pytest.raises(Stale):
            edit_stage(session, stage.id, StageCard("Bid"), version=read_at)
        with pytest.raises(Stale):
            remove_stage(session, stage.id, version=read_at)


def test_a_merge_is_undone_though_its_stage_is_gone(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        new, loser, winner = _id(session, "New"), make_lead(session, "Loser"), make_lead(session, "Winner")
        convert(session, loser)
        merge_institutions(session, loser, winner, actor=ACTOR)
        remove_stage(session, new)
        undo_merge(session, loser, actor=ACTOR)
        assert read_institution(session, winner).stage_id == _id(session, "Contacted")


def test_of_two_who_remove_the_last_two_open_ones_at_once_one_is_told(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        for name in ("New", "Contacted"):
            remove_stage(session, _id(session, name))
        last_two = [_id(session, "Qualified"), _id(session, "Offer")]
    outcomes = _at_once(database, *(lambda s, one=one: remove_stage(s, one) for one in last_two))
    assert sorted(outcomes) == ["done", "last_open"]


@pytest.mark.parametrize("add", [True, False])
def test_nobody_comes_into_a_stage_that_is_being_removed(database: Database, add: bool) -> None:
    for number in range(10):
        with transaction(database, ACTOR) as session:
            going = add_stage(session, StageCard(f"Going {number}"), after_id=0).id
            lead = make_lead(session, f"Lead {number}")
            move_to_stage(session, lead, _id(session, "Offer"))
        come = (
            (lambda s, number=number: add_lead(s, InstitutionCard(f"Further {number}")))
            if add
            else (lambda s, lead=lead, going=going: move_to_stage(s, lead, going))
        )
        outcomes = _at_once(database, lambda s, going=going: remove_stage(s, going), come)
        assert outcomes[0] in ("done", "not_empty")
        with transaction(database, ACTOR) as session:
            stage = session.get_one(PipelineStage, going)
            there = count_in_stages(session).get(going, 0)
            assert (stage.removed_at is None) == (outcomes[0] == "not_empty") == (there == 1), outcomes
            if stage.removed_at is None:
                remove_stage(session, going, successor=Successor(_id(session, "Offer")))


def test_the_schema_lets_nobody_into_what_was_removed(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        lead, gone = make_lead(session), _id(session, "Offer")
        remove_stage(session, gone)
    with database.connect(application="test") as connection:
        ACTOR.sign(connection)
        with pytest.raises(psycopg.errors.CheckViolation) as refused:
            connection.execute("UPDATE institutions SET stage_id = %s WHERE id = %s", (gone, lead))
        assert refused.value.diag.constraint_name == "institutions_stage_is_there"


def _at_once(database: Database, *acts: Any) -> list[str]:
    """What becomes of acts that begin together, in their order."""
    outcomes = [""] * len(acts)
    begin = threading.Barrier(len(acts))

    def run(place: int) -> None:
        begin.wait(timeout=60)
        try:
            with transaction(database, ACTOR) as session:
                acts[place](session)
            outcomes[place] = "done"
        except DomainError as error:
            outcomes[place] = str(error.context.get("problem", error.code))

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return outcomes
