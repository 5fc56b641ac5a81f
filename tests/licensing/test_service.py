"""Licenses are made, extended and changed; what the rules decide is the engine's, tested elsewhere."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from leasehold.customers.service import find_or_create_customer
from leasehold.kit.actor import Actor
from leasehold.kit.database import Database
from leasehold.kit.errors import DomainError
from leasehold.kit.orm import driver_connection, transaction
from leasehold.licensing.commands import Activate, ChangeLimits, DeleteLicense, Heartbeat, StartSession, SuspendLicense
from leasehold.licensing.errors import (
    LicenseInvalid,
    LicenseNotFound,
    ProductExists,
    ProductNotFound,
    ProductSlugInvalid,
)
from leasehold.licensing.license_key import parse_license_key
from leasehold.licensing.products import create_product, find_or_create_product, find_product, list_products
from leasehold.licensing.queries import list_terms, show_license
from leasehold.licensing.run_one import run_one
from leasehold.licensing.service import (
    LicenseTerms,
    carry_out,
    change_features,
    create_licenses,
    end_session,
    find_license,
)
from leasehold.licensing.state import Session as SeatSession
from leasehold.licensing.terms import extend_license
from leasehold.licensing.vocabulary import Code, DeviceType, EndReason, LicenseStatus, LicenseType
from leasehold.settings.service import set_setting

ACTOR = Actor("cli:test")
NOW = datetime.now(UTC)
DAY = timedelta(days=1)
FINGERPRINT = "fingerprint-00001"


def make(session: Session, *, count: int = 1, **terms: object) -> list[str]:
    given = {"device_limit": 3, "concurrent_sessions_limit": 2} | terms
    return create_licenses(
        session,
        LicenseTerms(**given),  # type: ignore[arg-type]  # the tests' own words
        customer=find_or_create_customer(session, "Acme GmbH"),
        product=find_or_create_product(session, "studio"),
        count=count,
    )


def periods(session: Session, key: str) -> list[tuple[str, object, object]]:
    terms = list_terms(session, find_license(session, key).id)
    return [(term.kind, term.period.lower, term.period.upper) for term in terms]


def start(session: Session, key: str) -> SeatSession:
    run_one(session, Activate(key, FINGERPRINT, "Laptop", DeviceType.LAPTOP), ACTOR)
    started = run_one(session, StartSession(key, FINGERPRINT), ACTOR).session
    assert started is not None
    return started


def test_a_license_has_a_key_a_term_and_is_active_at_once(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        (key,) = make(session, features={"export": True})
    with transaction(database, ACTOR) as session:
        view = show_license(session, key).view
        assert parse_license_key(key) == key
        assert view.status is LicenseStatus.ACTIVE
        assert view.license.features == {"export": True}
        assert periods(session, key) == [("initial", view.license.valid_from, None)]
        assert find_license(session, key).version == 1


def test_many_are_made_at_once_with_the_same_term(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        keys = make(session, count=200, type=LicenseType.TEST, valid_until=NOW + DAY, further_test_reason="A fair")
        assert len(set(keys)) == 200
        assert {period for key in keys for period in periods(session, key)} == {
            ("test", show_license(session, keys[0]).view.license.valid_from, NOW + DAY)
        }


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({"count": 0}, "count_out_of_range"),
        ({"count": -1}, "count_out_of_range"),
        ({"count": 100_000}, "count_out_of_range"),
        ({"device_limit": 0, "concurrent_sessions_limit": 0}, "limits_invalid"),
        ({"device_limit": 11}, "limits_invalid"),
        ({"concurrent_sessions_limit": 0}, "limits_invalid"),
        ({"concurrent_sessions_limit": 4}, "limits_invalid"),
        ({"valid_until": NOW - DAY}, "period_invalid"),
        ({"valid_from": NOW + DAY, "valid_until": NOW + DAY}, "period_invalid"),
        ({"valid_until": datetime(9999, 12, 31, tzinfo=UTC)}, "period_invalid"),
        ({"valid_from": datetime(9999, 12, 31, tzinfo=UTC)}, "period_invalid"),
        ({"features": {"a b": True}}, "feature_invalid"),
    ],
)
def test_what_cannot_be_sold_is_refused(database: Database, terms: dict[str, object], code: str) -> None:
    with transaction(database, ACTOR) as session, pytest.raises(LicenseInvalid) as refused:
        make(session, **terms)  # type: ignore[arg-type]  # count is among them
    assert refused.value.code == code


def test_an_extension_begins_where_the_last_term_ends(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        (key,) = make(session, valid_from=NOW - DAY, valid_until=NOW + DAY)
        extend_license(session, key, actor=ACTOR, valid_until=NOW + 5 * DAY)
        extend_license(session, key, actor=ACTOR, days=2)
        assert periods(session, key)[1:] == [
            ("extension", NOW + DAY, NOW + 5 * DAY),
            ("extension", NOW + 5 * DAY, NOW + 7 * DAY),
        ]
        row = find_license(session, key)
        assert (row.valid_from, row.valid_until) == (NOW - DAY, NOW + 7 * DAY)


def test_a_lapsed_license_begins_anew(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        (key,) = make(session, valid_from=NOW - 9 * DAY, valid_until=NOW - 8 * DAY)
        assert show_license(session, key).view.status is LicenseStatus.EXPIRED
        extend_license(session, key, actor=ACTOR, days=1)
        row = find_license(session, key)
        assert row.valid_from > NOW
        assert row.valid_until == row.valid_from + DAY
        assert show_license(session, key).view.status is LicenseStatus.ACTIVE
        assert [kind for kind, _, _ in periods(session, key)] == ["initial", "renewal"]


def test_a_session_that_ended_with_its_term_stays_ended(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        (key,) = make(session, valid_from=NOW - 9 * DAY, valid_until=NOW + DAY)
        seat = start(session, key)
    with database.connect(application="test") as connection:
        ACTOR.sign(connection)
        # As if the term had ended a moment ago, before anybody looked.
        connection.execute(
            "UPDATE license_terms SET period = tstzrange(lower(period), clock_timestamp() - interval '1 ms')"
        )
    with transaction(database, ACTOR) as session:
        extend_license(session, key, actor=ACTOR, days=1)
        beat = run_one(session, Heartbeat(seat.session_token), ACTOR)
    assert beat.code is Code.SESSION_ENDED
    assert beat.ended is not None
    assert beat.ended.end_reason is EndReason.LICENSE_EXPIRED


def test_days_are_days_of_the_calendar(database: Database) -> None:
    before_the_clocks_change = datetime(2027, 3, 27, 23, tzinfo=UTC)
    with transaction(database, ACTOR) as session:
        set_setting(driver_connection(session), "timezone", "Europe/Berlin")
        (key,) = make(session, valid_from=NOW, valid_until=before_the_clocks_change)
        extend_license(session, key, actor=ACTOR, days=1)
        assert find_license(session, key).valid_until == datetime(2027, 3, 28, 22, tzinfo=UTC)


def test_what_cannot_be_extended_is_refused(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        (perpetual,) = make(session)
        (key,) = make(session, valid_until=NOW + DAY)
        (lapsed,) = make(session, valid_from=NOW - 9 * DAY, valid_until=NOW - DAY)
        for wrong, until, days, code in (
            (perpetual, NOW + 9 * DAY, None, "license_perpetual"),
            (key, NOW + DAY, None, "period_invalid"),
            (key, NOW, None, "period_invalid"),
            (key, None, 0, "period_invalid"),
            (key, None, 10_000_000, "period_invalid"),
            (key, None, 10**12, "period_invalid"),
            (lapsed, NOW - timedelta(hours=1), None, "period_invalid"),
        ):
            with pytest.raises(LicenseInvalid) as refused:
                extend_license(session, wrong, actor=ACTOR, valid_until=until, days=days)
            assert refused.value.code == code
        assert len(periods(session, key)) == 1


def test_features_change_one_by_one(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        (key,) = make(session, features={"a": 1, "b": "x"})
        change_features(session, key, {"a": None, "c": False})
        assert show_license(session, key).view.license.features == {"b": "x", "c": False}


def test_the_engine_s_refusals_are_sentences(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        (key,) = make(session)
        for number in range(3):
            run_one(session, Activate(key, f"fingerprint-0000{number}", "L", DeviceType.LAPTOP), ACTOR)
        with pytest.raises(DomainError) as below:
            carry_out(session, ChangeLimits(key, device_limit=2), actor=ACTOR)
        assert below.value.code == "device_limit_below_active"
        assert below.value.context["devices_active"] == 3
        assert "fingerprint-00001" in below.value.detail
        with pytest.raises(DomainError) as invalid:
            carry_out(session, ChangeLimits(key, concurrent_sessions_limit=11), actor=ACTOR)
        assert invalid.value.code == "limits_invalid"
        carry_out(session, ChangeLimits(key, 4, 4), actor=ACTOR)
        assert find_license(session, key).device_limit == 4


def test_a_deleted_license_is_not_found_any_more(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        (key,) = make(session, valid_until=NOW + DAY)
        carry_out(session, DeleteLicense(key), actor=ACTOR)
    with transaction(database, ACTOR) as session:
        for ask in (find_license, show_license):
            with pytest.raises(LicenseNotFound):
                ask(session, key)
        with pytest.raises(LicenseNotFound):
            extend_license(session, key, actor=ACTOR, days=1)
        with pytest.raises(DomainError) as refused:
            carry_out(session, SuspendLicense(key), actor=ACTOR)
        assert refused.value.code == "license_not_found"


def test_an_operator_s_end_is_audited_once(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        (key,) = make(session)
        seat = start(session, key)
    with transaction(database, ACTOR) as session:
        ended = end_session(session, seat.session_token, actor=ACTOR)
    with transaction(database, ACTOR) as session:
        assert end_session(session, seat.session_token, actor=ACTOR) == ended
        with pytest.raises(DomainError) as refused:
            end_session(session, uuid4(), actor=ACTOR)
    assert ended.end_reason is EndReason.OPERATOR
    assert refused.value.code == "session_not_found"
    with database.connect(application="test") as connection:
        rows = connection.execute(
            "SELECT actor, action, row_id, after ->> 'session_token' FROM audit_log "
            "WHERE table_name = 'license_sessions'"
        ).fetchall()
    assert rows == [("cli:test", "end", str(ended.id), str(seat.session_token))]


def test_products_are_named_by_their_slug(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        made = create_product(session, "studio-2", name=" Studio  2 ")
        assert (made.slug, made.name) == ("studio-2", "Studio 2")
        assert find_or_create_product(session, "studio-2").id == made.id
        assert find_or_create_product(session, "a").name == "a"
        assert [product.slug for product in list_products(session)] == ["a", "studio-2"]
        with pytest.raises(ProductExists):
            create_product(session, "a")
        with pytest.raises(ProductNotFound):
            find_product(session, "b")


@pytest.mark.parametrize("slug", ["", "Studio", "studio pro", "-a", "a-", "a_b", "ä", "a" * 65, "a\n", "a\x00"])
def test_slugs_that_cannot_be_are_refused(database: Database, slug: str) -> None:
    with transaction(database, ACTOR) as session, pytest.raises(ProductSlugInvalid):
        create_product(session, slug)
