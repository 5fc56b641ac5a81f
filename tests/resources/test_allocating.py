"""Who gets what: as many as were asked for, the named ones, or none; and never two the same."""

import threading
from datetime import timedelta

import psycopg
import pytest

from leasehold.kit.database import Database, Role
from leasehold.kit.orm import transaction
from leasehold.licensing.commands import DeleteLicense
from leasehold.licensing.errors import LicenseNotFound
from leasehold.licensing.service import carry_out, find_license
from leasehold.resources.allocating import MOST_AT_ONCE, Wanted, allocate, resources_of_license
from leasehold.resources.errors import (
    IdempotencyKeyTaken,
    NotAllocated,
    PoolNotFound,
    ResourceInvalid,
    ResourceNotFound,
    ResourceNotFree,
    ResourcesShort,
    ValueInvalid,
)
from leasehold.resources.history import history_of_license, history_of_resource
from leasehold.resources.keeping import bring_back, lift_reservation, reserve, retire
from leasehold.resources.releasing import end_quarantine, release, transfer
from leasehold.resources.states import read_now
from leasehold.resources.vocabulary import PickPolicy, ResourceKind
from tests.conftest import FreshDatabase
from tests.licensing.vendor import issue_license
from tests.resources.stock import ACTOR, let_pass, make_pool, states

IPV4 = ResourceKind.IPV4
DAY = timedelta(days=1)


def get(database: Database, key: str, count: int = 1, *values: str, **options: str) -> list[str]:
    pool, again = options.get("pool"), options.get("again")
    with transaction(database, ACTOR) as session:
        return allocate(session, key, Wanted(IPV4, count, values, pool), idempotency_key=again)


def give_back(database: Database, key: str, *values: str) -> None:
    with transaction(database, ACTOR) as session:
        release(session, key, values)


def test_the_panel_s_role_allocates_by_each_policy_and_the_license_has_it(fresh_database: FreshDatabase) -> None:
    panel = fresh_database.as_role(Role.PANEL)
    key = issue_license(fresh_database.owner)
    make_pool(panel, "10.0.0.10", "10.0.0.9", "10.0.0.2")
    assert get(panel, key, 2) == ["10.0.0.2", "10.0.0.9"]
    make_pool(panel, "10.1.0.9", "10.1.0.2", name="oldest", policy=PickPolicy.OLDEST_FREE)
    assert get(panel, key, 2, pool="OLDEST") == ["10.1.0.9", "10.1.0.2"]
    make_pool(panel, "10.2.0.0/24", name="random", policy=PickPolicy.RANDOM)
    some = get(panel, key, 20, pool="random")
    assert some != sorted(some)
    assert len(set(some)) == 20
    with transaction(panel, ACTOR) as session:
        mine = resources_of_license(session, find_license(session, key).id)
        assert {one.value for one in mine} == {*some, "10.0.0.2", "10.0.0.9", "10.1.0.9", "10.1.0.2"}


def test_a_kind_is_taken_from_all_its_pools_in_turn_and_short_is_none(database: Database) -> None:
    key = issue_license(database)
    make_pool(database, "10.0.0.1", "10.0.0.2", name="first")
    make_pool(database, "10.0.1.1", name="second")
    make_pool(database, "example.com", kind=ResourceKind.DOMAIN, name="names")
    with pytest.raises(ResourcesShort) as refused:
        get(database, key, 4)
    assert refused.value.context == {"kind": "ipv4", "wanted": 4, "free": 3}
    assert set(states(database).values()) == {"free"}
    assert get(database, key, 3) == ["10.0.0.1", "10.0.0.2", "10.0.1.1"]
    with pytest.raises(ResourcesShort) as refused:
        get(database, key)
    assert refused.value.context["free"] == 0


def test_named_ones_come_all_or_not_at_all(database: Database) -> None:
    key, other = issue_license(database), issue_license(database)
    make_pool(database, "10.0.0.0/29")
    make_pool(database, "10.0.1.1", name="second")
    assert get(database, key, 1, "10.0.0.5", "10.0.0.3") == ["10.0.0.5", "10.0.0.3"]
    with pytest.raises(ResourceNotFree) as refused:
        get(database, other, 1, "10.0.0.1", "10.0.0.5")
    assert refused.value.context["state"] == "allocated"
    assert states(database)["10.0.0.1"] == "free"
    with pytest.raises(ResourceNotFound):
        get(database, other, 1, "10.0.0.1", "10.9.9.9")
    with pytest.raises(ValueInvalid):
        get(database, other, 1, "010.0.0.1")
    with pytest.raises(ResourceInvalid) as differs:
        get(database, other, 1, "10.0.0.1", pool="second")
    assert differs.value.code == "pool_differs"


def test_the_same_key_gets_the_same_again_and_another_request_is_refused(database: Database) -> None:
    key, other = issue_license(database), issue_license(database)
    make_pool(database, "10.0.0.0/29")
    first = get(database, key, 3, again="order 1")
    assert get(database, key, 3, again="order 1") == first
    for whose, count in ((key, 2), (other, 3)):
        with pytest.raises(IdempotencyKeyTaken):
            get(database, whose, count, again="order 1")
    assert get(database, key, 3, again="order 2") != first
    with pytest.raises(ResourcesShort):
        get(database, key, 3, again="order 3")
    assert len(get(database, key, 1, again="order 3")) == 1  # a refused request has not used its key up


@pytest.mark.parametrize("count", [0, -1, MOST_AT_ONCE + 1])
def test_counts_that_cannot_be_are_refused(database: Database, count: int) -> None:
    key = issue_license(database)
    with pytest.raises(ResourceInvalid) as refused:
        get(database, key, count)
    assert refused.value.code == "count_out_of_range"


def test_unknown_licenses_and_pools_and_pools_of_another_kind_are_refused(database: Database) -> None:
    key = issue_license(database)
    make_pool(database, "example.com", kind=ResourceKind.DOMAIN, name="names")
    with pytest.raises(LicenseNotFound):
        get(database, "XXXXX-XXXXX-XXXXX-XXXXX-XXXXX")
    with pytest.raises(PoolNotFound):
        get(database, key, pool="none")
    with pytest.raises(ResourceInvalid) as refused:
        get(database, key, pool="names")
    assert refused.value.code == "kind_differs"


def test_what_is_released_waits_out_its_quarantine_with_nothing_running(database: Database) -> None:
    key, other = issue_license(database), issue_license(database)
    make_pool(database, "10.0.0.1", quarantine_days=7)
    get(database, key)
    give_back(database, key, "10.0.0.1")
    assert states(database) == {"10.0.0.1": "quarantined"}
    with pytest.raises(ResourcesShort):
        get(database, other)
    with pytest.raises(ResourceNotFree) as refused:
        get(database, other, 1, "10.0.0.1")
    assert refused.value.context["state"] == "quarantined"
    with transaction(database, ACTOR) as session:
        let_pass(session, ["10.0.0.1"], 7 * DAY - timedelta(minutes=1))
    assert states(database) == {"10.0.0.1": "quarantined"}
    with transaction(database, ACTOR) as session:
        let_pass(session, ["10.0.0.1"], timedelta(minutes=1))
    assert states(database) == {"10.0.0.1": "free"}
    assert get(database, other) == ["10.0.0.1"]


def test_a_license_gets_back_what_it_had_last_though_in_quarantine(database: Database) -> None:
    key, other = issue_license(database), issue_license(database)
    make_pool(database, "10.0.0.1")
    get(database, other)
    give_back(database, other, "10.0.0.1")
    with transaction(database, ACTOR) as session:
        end_quarantine(session, ["10.0.0.1"], "mistake")
    get(database, key)
    give_back(database, key, "10.0.0.1")
    with pytest.raises(ResourceNotFree):
        get(database, other, 1, "10.0.0.1")
    assert get(database, key, 1, "10.0.0.1") == ["10.0.0.1"]


def test_a_quarantine_is_ended_early_with_a_reason_that_stands_in_the_history(database: Database) -> None:
    key = issue_license(database)
    make_pool(database, "10.0.0.1")
    with transaction(database, ACTOR) as session, pytest.raises(ResourceInvalid) as refused:
        end_quarantine(session, ["10.0.0.1"], "why not")
    assert refused.value.code == "not_quarantined"
    get(database, key)
    give_back(database, key, "10.0.0.1")
    with transaction(database, ACTOR) as session:
        end_quarantine(session, ["10.0.0.1"], "wrong one released")
        (line,) = history_of_license(session, find_license(session, key).id)
    assert line.quarantine_end_reason == "wrong one released"
    assert states(database) == {"10.0.0.1": "free"}


def test_only_who_has_it_can_give_it_back(database: Database) -> None:
    key, other = issue_license(database), issue_license(database)
    make_pool(database, "10.0.0.1", "10.0.0.2")
    get(database, key, 1, "10.0.0.1")
    with pytest.raises(NotAllocated):
        give_back(database, other, "10.0.0.1")
    with pytest.raises(NotAllocated):
        give_back(database, key, "10.0.0.1", "10.0.0.2")
    assert states(database) == {"10.0.0.1": "allocated", "10.0.0.2": "free"}


def test_a_deleted_license_has_given_everything_back(fresh_database: FreshDatabase) -> None:
    panel = fresh_database.as_role(Role.PANEL)
    key = issue_license(fresh_database.owner)
    make_pool(panel, "10.0.0.1", "10.0.0.2")
    get(panel, key, 1)
    with transaction(panel, ACTOR) as session:
        reserve(session, ["10.0.0.2"], until=read_now(session) + DAY, reserved_for="next", license_key=key)
    with transaction(panel, ACTOR) as session:
        license_id = find_license(session, key).id
        carry_out(session, DeleteLicense(key), actor=ACTOR)
    assert states(panel) == {"10.0.0.1": "quarantined", "10.0.0.2": "free"}
    with transaction(panel, ACTOR) as session:
        (line,) = history_of_license(session, license_id)
    assert (line.release_reason, line.released_by) == ("license_deleted", ACTOR.name)


def test_a_transfer_leaves_no_gap_and_crosses_customers_with_a_reason_only(database: Database) -> None:
    key, other = issue_license(database), issue_license(database)
    make_pool(database, "10.0.0.1")
    get(database, key)
    with transaction(database, ACTOR) as session, pytest.raises(ResourceInvalid) as refused:
        transfer(session, ["10.0.0.1"], giver=key, taker=other)
    assert refused.value.code == "reason_needed"
    with transaction(database, ACTOR) as session, pytest.raises(ResourceInvalid):
        transfer(session, ["10.0.0.1"], giver=key, taker=key)
    with transaction(database, ACTOR) as session:
        assert transfer(session, ["10.0.0.1"], giver=key, taker=other, reason="sold") == ["10.0.0.1"]
        mine = resources_of_license(session, find_license(session, other).id)
        assert [one.value for one in mine] == ["10.0.0.1"]
        last, first = history_of_resource(session, mine[0].id)
    assert (first.release_reason, last.released_at) == ("transferred", None)
    assert first.released_at == last.allocated_at
    with transaction(database, ACTOR) as session, pytest.raises(NotAllocated):
        transfer(session, ["10.0.0.1"], giver=key, taker=other, reason="again")


def test_a_reservation_is_for_one_license_and_ends_by_itself(database: Database) -> None:
    key, other = issue_license(database), issue_license(database)
    make_pool(database, "10.0.0.1", "10.0.0.2")
    with transaction(database, ACTOR) as session:
        soon = read_now(session) + DAY
        reserve(session, ["10.0.0.1"], until=soon, reserved_for="Acme", license_key=key)
        reserve(session, ["10.0.0.2"], until=soon, reserved_for="somebody")
    with pytest.raises(ResourcesShort):
        get(database, key)
    with pytest.raises(ResourceNotFree):
        get(database, other, 1, "10.0.0.1")
    assert get(database, key, 1, "10.0.0.1") == ["10.0.0.1"]
    give_back(database, key, "10.0.0.1")
    assert states(database) == {"10.0.0.1": "quarantined", "10.0.0.2": "reserved"}
    with transaction(database, ACTOR) as session:
        let_pass(session, ["10.0.0.2"], DAY)
    assert get(database, other, 1, "10.0.0.2") == ["10.0.0.2"]


def test_reservations_are_lifted_and_never_in_the_past(database: Database) -> None:
    make_pool(database, "10.0.0.1")
    with transaction(database, ACTOR) as session:
        now = read_now(session)
        with pytest.raises(ResourceInvalid) as refused:
            reserve(session, ["10.0.0.1"], until=now, reserved_for="somebody")
        assert refused.value.code == "reservation_over"
        reserve(session, ["10.0.0.1"], until=now + DAY, reserved_for="somebody")
        lift_reservation(session, ["10.0.0.1"])
    assert states(database) == {"10.0.0.1": "free"}


def test_what_is_retired_is_nobody_s_until_it_is_brought_back(database: Database) -> None:
    key = issue_license(database)
    make_pool(database, "10.0.0.1", "10.0.0.2")
    get(database, key, 1, "10.0.0.1")
    with transaction(database, ACTOR) as session, pytest.raises(ResourceNotFree):
        retire(session, ["10.0.0.2", "10.0.0.1"], reason="blacklisted")
    assert states(database)["10.0.0.2"] == "free"
    with transaction(database, ACTOR) as session:
        retire(session, ["10.0.0.2"], reason="blacklisted")
    with pytest.raises(ResourcesShort):
        get(database, key)
    with pytest.raises(ResourceNotFree):
        get(database, key, 1, "10.0.0.2")
    with transaction(database, ACTOR) as session:
        bring_back(session, ["10.0.0.2"])
    assert get(database, key) == ["10.0.0.2"]


def test_who_had_it_on_a_day_is_known(database: Database) -> None:
    key, other = issue_license(database), issue_license(database)
    make_pool(database, "10.0.0.1", quarantine_days=0)
    get(database, key)
    give_back(database, key, "10.0.0.1")
    with transaction(database, ACTOR) as session:
        let_pass(session, ["10.0.0.1"], 10 * DAY)
    get(database, other)
    with transaction(database, ACTOR) as session:
        now = read_now(session)

        def had(days_ago: int) -> list[str]:
            begin = now - days_ago * DAY - DAY / 2
            return [line.license_key for line in history_of_resource(session, 1, since=begin, until=begin + DAY)]

        assert (had(0), had(5), had(10), had(11)) == ([other], [], [key], [])


_HAND_WRITTEN = (
    # a second holder
    "INSERT INTO resource_allocations (resource_id, license_id, period, allocated_by)"
    " SELECT resource_id, license_id, tstzrange(now(), NULL), 'me' FROM resource_allocations",
    # within the quarantine
    "UPDATE resource_allocations SET released_at = now(), released_by = 'me', release_reason = 'released',"
    " period = tstzrange(lower(period), now() + interval '7 days'); "
    "INSERT INTO resource_allocations (resource_id, license_id, period, allocated_by)"
    " SELECT resource_id, license_id, tstzrange(now() + interval '6 days', NULL), 'me' FROM resource_allocations",
)


@pytest.mark.parametrize("statement", _HAND_WRITTEN)
def test_not_even_hand_written_sql_gives_one_to_two(database: Database, statement: str) -> None:
    make_pool(database, "10.0.0.1")
    get(database, issue_license(database))
    with database.connect(application="test") as connection:
        ACTOR.sign(connection)
        with pytest.raises(psycopg.errors.ExclusionViolation):
            connection.execute(statement)


@pytest.mark.parametrize(
    ("statement", "refused"),
    [
        ("DELETE FROM resource_allocations", "LH001"),
        ("UPDATE resources SET retired_at = now(), retire_reason = 'x'", "23514"),
        ("INSERT INTO resources (pool_id, kind, value) VALUES (1, 'ipv4', '010.0.0.2')", "23514"),
        ("INSERT INTO resources (pool_id, kind, value) VALUES (1, 'ipv4', '::1')", "22023"),
        ("INSERT INTO resources (pool_id, kind, value) VALUES (1, 'ipv4', '10.0.0.2/24')", "23514"),
        ("INSERT INTO resources (pool_id, kind, value) VALUES (1, 'ipv4', '10.0.0.1')", "23505"),
        ("INSERT INTO resources (pool_id, kind, value) VALUES (1, 'phone', '+4930123456')", "23503"),
        ("INSERT INTO resources (pool_id, kind, value) VALUES (1, 'domain', 'Example.com')", "23514"),
    ],
)
def test_the_schema_backs_the_rules_up(database: Database, statement: str, refused: str) -> None:
    make_pool(database, "10.0.0.1")
    get(database, issue_license(database))
    with database.connect(application="test") as connection:
        ACTOR.sign(connection)
        with pytest.raises(psycopg.Error) as raised:
            connection.execute(statement)
    assert raised.value.sqlstate == refused


def test_what_others_hold_just_now_is_skipped_or_waited_for_but_never_missed(database: Database) -> None:
    """Twenty are free, somebody holds fifteen in a transaction that fails: ten were there all the time."""
    key, other = issue_license(database), issue_license(database)
    make_pool(database, "10.0.0.0/28", "10.0.1.0/30")
    got: list[list[str]] = []
    waiting = threading.Thread(target=lambda: got.append(get(database, other, 10)))
    with pytest.raises(RuntimeError, match="changed my mind"), transaction(database, ACTOR) as session:  # noqa: PT012
        allocate(session, key, Wanted(IPV4, 15))
        assert get(database, other, 5) == ["10.0.0.15", "10.0.1.0", "10.0.1.1", "10.0.1.2", "10.0.1.3"]
        waiting.start()
        _until_somebody_waits(database)
        raise RuntimeError("changed my mind")
    waiting.join(timeout=20)
    assert [len(values) for values in got] == [10]


def _until_somebody_waits(database: Database) -> None:
    with database.connect(application="watch", autocommit=True) as connection:
        statement = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        for _ in range(100_000):
            if connection.execute(statement).fetchone() != (0,):
                return
    raise AssertionError("nobody waits")
