"""What lists can be asked, and what pools look like from above."""

from datetime import timedelta

import pytest

from leasehold.kit.database import Database, Role
from leasehold.kit.errors import Stale
from leasehold.kit.listing import ListInvalid, Wanted, read_page
from leasehold.kit.orm import transaction
from leasehold.resources import counting
from leasehold.resources.allocating import Wanted as WantedResources
from leasehold.resources.allocating import allocate
from leasehold.resources.counting import fold_counts
from leasehold.resources.errors import PoolExists, PoolInvalid
from leasehold.resources.figures import PoolLevel, coming_releases, days_until_empty, pool_figures, read_pool_levels
from leasehold.resources.keeping import reserve, retire
from leasehold.resources.lists import RESOURCES
from leasehold.resources.models import ResourcePool
from leasehold.resources.pools import PoolCard, card_of, create_pool, edit_pool
from leasehold.resources.releasing import release
from leasehold.resources.states import read_now
from leasehold.resources.vocabulary import ResourceKind, ResourceState
from tests.conftest import FreshDatabase
from tests.licensing.vendor import issue_license
from tests.resources.stock import ACTOR, make_pool

DAY = timedelta(days=1)


def found(database: Database, **filters: list[str]) -> list[str]:
    with transaction(database, ACTOR) as session:
        return [line.resource.value for line in read_page(session, RESOURCES, Wanted(filters), None).rows]


def test_lists_are_filtered_by_state_and_by_how_values_begin_and_end(database: Database) -> None:
    key = issue_license(database)
    pool = make_pool(database, "10.0.0.9", "10.0.0.10", "10.0.1.1", "10.0.1.2", "10.0.1.3")
    make_pool(database, "+49 30 1231234", kind=ResourceKind.PHONE, name="phones")
    with transaction(database, ACTOR) as session:
        allocate(session, key, WantedResources(ResourceKind.IPV4, values=("10.0.0.9", "10.0.0.10")))
        release(session, key, ["10.0.0.9"])
        reserve(session, ["10.0.1.1"], until=read_now(session) + DAY, reserved_for="Acme")
        retire(session, ["10.0.1.2"], reason="listed")
    expected = {
        "quarantined": "10.0.0.9", "allocated": "10.0.0.10", "reserved": "10.0.1.1", "retired": "10.0.1.2",
        "free": "10.0.1.3",
    }  # fmt: skip
    for state, value in expected.items():
        assert found(database, state=[state], kind=["ipv4"]) == [value]
    assert found(database, kind=["ipv4"]) == ["10.0.0.9", "10.0.0.10", "10.0.1.1", "10.0.1.2", "10.0.1.3"]
    assert found(database, q=["1234"]) == ["+49301231234"]
    assert found(database, q=["10.0.1."]) == ["10.0.1.1", "10.0.1.2", "10.0.1.3"]
    assert found(database, q=["+49 30"]) == ["+49301231234"]
    assert found(database, q=[" "]) == []
    assert found(database, license=[key.lower()]) == ["10.0.0.10"]
    with pytest.raises(ListInvalid):
        found(database, state=["lost"])
    with transaction(database, ACTOR) as session:
        assert pool_figures(session)[pool].counts == dict.fromkeys(ResourceState, 1)


def test_what_is_counted_stays_when_its_rows_are_folded(
    fresh_database: FreshDatabase, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    pools = [make_pool(database, f"10.0.{number}.0/30", name=str(number)) for number in range(2)]
    with transaction(database, ACTOR) as session:
        retire(session, ["10.0.0.1"], reason="listed")
        before = pool_figures(session)
    with fresh_database.as_role(Role.WORKER).connect(application="test") as connection:
        assert fold_counts(connection) == 0
        monkeypatch.setattr(counting, "MOST_ROWS", 2)
        assert fold_counts(connection) == len(pools)
    with transaction(database, ACTOR) as session:
        assert pool_figures(session) == before
        assert [before[pool].free for pool in pools] == [3, 4]


def test_pools_ask_for_attention_and_know_what_comes_back(database: Database) -> None:
    key = issue_license(database)
    pool = make_pool(database, "10.0.0.0/28", quarantine_days=7)
    with transaction(database, ACTOR) as session:
        assert read_pool_levels(session, limit=10) == []
        edit_pool(session, pool, PoolCard("pool", low_water=14, quarantine_days=7))
        (level,) = read_pool_levels(session, limit=10)
        assert (level.free, level.is_low) == (14, False)
        allocate(session, key, WantedResources(ResourceKind.IPV4, 4))
        release(session, key, ["10.0.0.0"])
        create_pool(session, ResourceKind.PHONE, PoolCard("empty", low_water=3))
        empty, low = read_pool_levels(session, limit=10)
        assert (empty.name, empty.free, empty.is_low) == ("empty", 0, True)
        assert low == PoolLevel(pool, "pool", ResourceKind.IPV4, 12, 14)
        assert low.is_low
        assert read_pool_levels(session, limit=1) == [empty]
        assert days_until_empty(session, pool_figures(session)) == {pool: 12 * 30 // 3}
        ((day, count),) = coming_releases(session, pool, zone="UTC")
        assert (day, count) == ((read_now(session) + 7 * DAY).date(), 1)


def test_a_pool_is_changed_by_who_has_seen_it(database: Database) -> None:
    pool = make_pool(database)
    make_pool(database, name="Other")
    with transaction(database, ACTOR) as session:
        edit_pool(session, pool, PoolCard("Renamed"), version=1)
    with transaction(database, ACTOR) as session, pytest.raises(Stale):
        edit_pool(session, pool, PoolCard("Again"), version=1)
    with transaction(database, ACTOR) as session, pytest.raises(PoolExists):
        edit_pool(session, pool, PoolCard("OTHER"))
    with transaction(database, ACTOR) as session:
        assert card_of(session.get_one(ResourcePool, pool)) == PoolCard("Renamed", quarantine_days=7)


@pytest.mark.parametrize(
    ("kind", "card", "problem"),
    [
        (ResourceKind.IPV4, PoolCard("a", quarantine_days=-1), "quarantine_out_of_range"),
        (ResourceKind.IPV4, PoolCard("a", low_water=-1), "low_water_out_of_range"),
        (ResourceKind.PHONE, PoolCard("a", public_only=True), "public_not_ipv4"),
        (ResourceKind.IPV4, PoolCard("a", default_country="DE"), "country_not_phone"),
        (ResourceKind.PHONE, PoolCard("a", default_country="XX"), "country_unknown"),
    ],
)
def test_pools_that_cannot_be_are_refused(database: Database, kind: ResourceKind, card: PoolCard, problem: str) -> None:
    with transaction(database, ACTOR) as session, pytest.raises(PoolInvalid) as refused:
        create_pool(session, kind, card)
    assert refused.value.context["problem"] == problem
