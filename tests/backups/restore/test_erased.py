"""Whoever was erased after a backup is not there again once it is restored."""

from datetime import UTC, datetime, timedelta

from leasehold.kit.database import Role, database_for
from leasehold.kit.orm import transaction
from leasehold.privacy.digests import ErasedPeople, digester_of
from leasehold.privacy.erasing import erase
from leasehold.privacy.ledger_file import write_ledger_file
from tests.backups.restore.installation import Restorable
from tests.privacy.stock import ACTOR, REASON, leave_traces
from tests.privacy.test_erasing import traces_in

_OTHER = "INSERT INTO contacts (last_name) VALUES ('Dent')"


def _erase(here: Restorable, contact_id: int) -> None:
    database = database_for(here.configuration, Role.PANEL)
    with transaction(database, ACTOR) as session:
        erase(session, contact_id, REASON, digester=digester_of(here.data_dir))


def test_a_restore_erases_again_who_was_erased_since(here: Restorable) -> None:
    owner = database_for(here.configuration, Role.OWNER)
    left = leave_traces(owner)
    here.change(_OTHER)
    name = here.back_up()
    _erase(here, left.contact_id)
    assert traces_in(owner) == []

    outcome = here.restore(name)

    assert {one.kind: one.names for one in outcome.carried} == {"erased people": (str(left.contact_id),)}
    assert traces_in(owner) == []
    assert here.read("SELECT last_name FROM contacts ORDER BY id") == [("[erased]",), ("Dent",)]
    assert here.value("SELECT reason FROM erasure_ledger") == REASON
    here.seal()
    assert here.verify().whole
    with transaction(owner, ACTOR) as session:
        known = ErasedPeople(digester_of(here.data_dir)).among(session, ["zaphod@example.org"])
        assert list(known) == ["zaphod@example.org"]

    assert here.restore(here.back_up(datetime.now(UTC) + timedelta(minutes=1))).carried == (), "nobody is there again"


def test_the_file_beside_the_database_is_enough(here: Restorable) -> None:
    owner = database_for(here.configuration, Role.OWNER)
    left = leave_traces(owner)
    name = here.back_up()
    _erase(here, left.contact_id)
    with owner.connect(application="test") as connection:
        write_ledger_file(connection, here.data_dir)
    here.change("DROP TABLE erasure_ledger")

    outcome = here.restore(name)

    assert {one.kind: one.names for one in outcome.carried} == {"erased people": (str(left.contact_id),)}
    assert [note for note in outcome.notes if "erased people could not be read" in note]
    assert traces_in(owner) == []
    assert here.value("SELECT count(*) FROM erasure_ledger") == 1


def test_somebody_else_who_has_the_id_is_not_erased(here: Restorable) -> None:
    owner = database_for(here.configuration, Role.OWNER)
    name = here.back_up()
    here.change(_OTHER)
    _erase(here, here.value("SELECT id FROM contacts"))
    with owner.connect(application="test") as connection:
        write_ledger_file(connection, here.data_dir)
    here.restore(name)
    here.change(_OTHER)
    again = here.back_up(datetime.now(UTC) + timedelta(minutes=1))
    assert here.restore(again).carried == ()
    assert here.read("SELECT last_name FROM contacts") == [("Dent",)]
