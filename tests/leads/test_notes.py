import threading

import psycopg
import pytest

from leasehold.kit.actor import Actor
from leasehold.kit.database import Database, Role
from leasehold.kit.errors import DomainError
from leasehold.kit.orm import transaction
from leasehold.leads.differences import Change, differences
from leasehold.leads.errors import InstitutionNoteNotFound, NoteChanged
from leasehold.leads.notes import (
    add_note,
    list_notes,
    list_versions,
    pin_note,
    read_note,
    read_version,
    remove_note,
    restore_version,
    save_note,
)
from tests.conftest import FreshDatabase
from tests.leads.leads import ACTOR, make_lead

OTHER = Actor("cli:other")


def test_a_save_adds_a_version_and_a_restored_one_is_a_version_too(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        note = add_note(session, make_lead(session), "One\r\n\r\nTwo  ", actor=ACTOR).note.id
        assert read_note(session, note).version.body == "One\n\nTwo"
        assert save_note(session, note, "Three", base=1, actor=OTHER).version.number == 2
        assert save_note(session, note, "Three", base=2, actor=OTHER).version.number == 2  # nothing new
        assert restore_version(session, note, 1, base=2, actor=ACTOR).version.body == "One\n\nTwo"
        versions = list_versions(session, note)
        assert [(one.number, one.made_by, one.restored_from) for one in versions] == [
            (3, ACTOR.name, 1),
            (2, OTHER.name, None),
            (1, ACTOR.name, None),
        ]
        assert read_version(session, note, 2).body == "Three"
        with pytest.raises(InstitutionNoteNotFound):
            read_version(session, note, 4)


def test_who_saves_second_is_told_what_the_other_has_written(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        note = add_note(session, make_lead(session), "One", actor=ACTOR).note.id
        save_note(session, note, "Theirs", base=1, actor=OTHER)
        with pytest.raises(NoteChanged) as refused:
            save_note(session, note, "Mine", base=1, actor=ACTOR)
        assert (refused.value.theirs, refused.value.body) == (2, "Theirs")
        assert save_note(session, note, "Both", base=2, actor=ACTOR).version.number == 3


def test_of_many_saves_at_once_one_wins_and_all_others_are_told(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        note = add_note(session, make_lead(session), "One", actor=ACTOR).note.id
    begun = threading.Barrier(4, timeout=10)
    outcomes: list[str] = []

    def save(text: str) -> None:
        begun.wait()
        try:
            with transaction(database, ACTOR) as session:
                save_note(session, note, text, base=1, actor=ACTOR)
            outcomes.append("saved")
        except NoteChanged as error:
            outcomes.append(error.body)

    threads = [threading.Thread(target=save, args=(f"Text {number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    with transaction(database, ACTOR) as session:
        kept = read_note(session, note).version.body
        assert len(list_versions(session, note)) == 2
    assert sorted(outcomes) == sorted(["saved", kept, kept, kept])


def test_versions_are_final_for_the_panel_and_for_the_owner(fresh_database: FreshDatabase) -> None:
    owner = fresh_database.owner
    with transaction(owner, ACTOR) as session:
        add_note(session, make_lead(session), "One", actor=ACTOR)
    with owner.connect(application="test") as connection:
        ACTOR.sign(connection)
        with pytest.raises(psycopg.Error) as refused:
            connection.execute("UPDATE institution_note_versions SET body = 'Two'")
        assert refused.value.sqlstate == "LH001"
    with fresh_database.as_role(Role.PANEL).connect(application="test") as connection:
        for act in ("UPDATE institution_note_versions SET body = 'Two'", "DELETE FROM institution_note_versions"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(act)
            connection.rollback()


def test_pinned_notes_come_first_and_removed_ones_not_at_all(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        lead = make_lead(session)
        first, second, third = (add_note(session, lead, text, actor=ACTOR).note.id for text in ("1", "2", "3"))
        pin_note(session, first, pinned=True)
        assert [line.note.id for line in list_notes(session, lead)] == [first, third, second]
        remove_note(session, third)
        assert [line.note.id for line in list_notes(session, lead)] == [first, second]
        for act in (
            lambda: save_note(session, third, "x", base=1, actor=ACTOR),
            lambda: pin_note(session, third, pinned=True),
        ):
            with pytest.raises(InstitutionNoteNotFound):
                act()


@pytest.mark.parametrize("body", ["", " \n ", "a\x00b", "x" * 20_001, "\ud800"])
def test_notes_that_cannot_be_are_refused(database: Database, body: str) -> None:
    with transaction(database, ACTOR) as session, pytest.raises(DomainError):
        add_note(session, make_lead(session), body, actor=ACTOR)


def test_differences_name_every_line_once() -> None:
    lines = differences("one\ntwo\nthree", "one\n2\nthree\nfour")
    assert [(line.change, line.text) for line in lines] == [
        (Change.SAME, "one"),
        (Change.REMOVED, "two"),
        (Change.ADDED, "2"),
        (Change.SAME, "three"),
        (Change.ADDED, "four"),
    ]
