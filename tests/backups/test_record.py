from leasehold.backups.catalog import Catalog
from leasehold.backups.places import Places
from leasehold.backups.record import read_record, write_record
from leasehold.backups.states import State
from leasehold.kit.database import Role
from tests.conftest import FreshDatabase

OLDER, NEWER = "server_backup_20260131_030000", "server_backup_20260201_030000"


def test_the_record_names_the_newest_of_each_kind(fresh_database: FreshDatabase, places: Places) -> None:
    catalog = Catalog(places)
    for name, last in ((OLDER, State.PROVED), (NEWER, State.LOCAL)):
        for state in State:
            if state.rank <= last.rank:
                catalog.add(state, name)
    with fresh_database.as_role(Role.WORKER).connect(application="test") as connection:
        write_record(connection, catalog.backups(), archived=True)
        record = read_record(connection)
    assert (record.archived, record.verified, record.proved, record.failure) == (True, NEWER, OLDER, None)
    assert 0 <= record.age_seconds < 3600


def test_a_failure_is_known_until_a_later_backup_is_made(fresh_database: FreshDatabase, places: Places) -> None:
    catalog = Catalog(places)
    catalog.add(State.PLANNED, OLDER)
    catalog.add("failed", OLDER, failure="the disk is full")
    with fresh_database.as_role(Role.WORKER).connect(application="test") as connection:
        write_record(connection, catalog.backups(), archived=False)
        assert read_record(connection).failure == "the disk is full"
        for state in (State.PLANNED, State.VERIFIED, State.LOCAL):
            catalog.add(state, NEWER)
        write_record(connection, catalog.backups(), archived=False)
        assert read_record(connection).failure is None


def test_without_any_backup_the_installation_itself_gets_older(fresh_database: FreshDatabase) -> None:
    with fresh_database.owner.connect(application="test") as connection:
        connection.execute("UPDATE backup_state SET begun_at = begun_at - interval '27 hours'")
        assert read_record(connection).age_seconds > 27 * 3600
