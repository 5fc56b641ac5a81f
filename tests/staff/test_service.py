import threading
from datetime import timedelta

import pytest

from leasehold.kit.actor import Actor
from leasehold.kit.database import Database
from leasehold.kit.orm import transaction
from leasehold.staff.errors import LastAdministrator, StaffMemberNotFound
from leasehold.staff.models import StaffMember
from leasehold.staff.service import create_setup_link, disable_staff_member, list_staff, setup_link_is_valid

ACTOR = Actor("cli:test")


def _hire(database: Database, *roles: str) -> list[int]:
    with transaction(database, ACTOR) as session:
        members = [StaffMember(email=f"{number}@Example.org", name="N", role=role) for number, role in enumerate(roles)]
        session.add_all(members)
        session.flush()
        return [member.id for member in members]


def test_a_link_is_valid_until_it_is_used_or_old(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        token = create_setup_link(session)
        late = create_setup_link(session, lifetime=timedelta(0))
        assert len(token) == 43
        assert setup_link_is_valid(session, token)
        assert setup_link_is_valid(session, token)
        assert not setup_link_is_valid(session, late)
        assert not setup_link_is_valid(session, token[:-1])
        assert not setup_link_is_valid(session, "\x00 ü")
    with database.connect(application="test") as connection:
        ACTOR.sign(connection)
        seconds = connection.execute("SELECT max(extract(epoch FROM expires_at - created_at)) FROM staff_setup_links")
        (lifetime,) = seconds.fetchone() or (None,)
        # Both moments are read off the clock, one after the other, in whichever order.
        assert round(float(str(lifetime))) == 900
        kept = connection.execute("SELECT l::text FROM staff_setup_links l UNION ALL SELECT a::text FROM audit_log a")
        assert not [row for row in kept if token in str(row[0])]
        connection.execute("UPDATE staff_setup_links SET used_at = now()")
    with transaction(database, ACTOR) as session:
        assert not setup_link_is_valid(session, token)


def test_the_last_administrator_stays(database: Database) -> None:
    first, second, third = _hire(database, "administrator", "administrator", "sales")
    with transaction(database, ACTOR) as session:
        assert disable_staff_member(session, str(first)).disabled_at is not None
    with transaction(database, ACTOR) as session:
        at = disable_staff_member(session, "0@example.ORG").disabled_at
        assert at is not None
        with pytest.raises(LastAdministrator):
            disable_staff_member(session, str(second))
        disable_staff_member(session, str(third))
        assert [member.disabled_at is None for member in list_staff(session)] == [False, True, False]


def test_two_administrators_cannot_disable_each_other_at_once(database: Database) -> None:
    ids = _hire(database, "administrator", "administrator")
    begun = threading.Barrier(2, timeout=10)
    refused: list[Exception] = []

    def disable(id_: int) -> None:
        begun.wait()
        try:
            with transaction(database, ACTOR) as session:
                disable_staff_member(session, str(id_))
        except LastAdministrator as error:
            refused.append(error)

    threads = [threading.Thread(target=disable, args=(id_,)) for id_ in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert len(refused) == 1


@pytest.mark.parametrize("name", ["nobody@example.org", "99", "", "9" * 40])
def test_nobody_is_said_plainly(database: Database, name: str) -> None:
    with transaction(database, ACTOR) as session, pytest.raises(StaffMemberNotFound):
        disable_staff_member(session, name)
