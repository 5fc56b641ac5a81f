"""The conditions that lists filter by say the same as the rules."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from leasehold.kit.actor import Actor
from leasehold.kit.database import Database
from leasehold.kit.orm import transaction
from leasehold.licensing.commands import Activate, StartSession, SuspendLicense
from leasehold.licensing.models import LicenseRow
from leasehold.licensing.queries import (
    LicenseFilter,
    as_license,
    has_status,
    list_devices,
    list_licenses,
    list_live_sessions,
    list_past_sessions,
    read_service_time,
    show_license,
)
from leasehold.licensing.run_one import run_one
from leasehold.licensing.service import find_license
from leasehold.licensing.vocabulary import DeviceType, LicenseStatus
from tests.licensing.vendor import fingerprint, issue_license

ACTOR = Actor("cli:test")
MOMENT = datetime(2027, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_each_license_has_the_one_status_that_the_rules_give_it(database: Database) -> None:
    for valid_from in (MOMENT - SECOND, MOMENT, MOMENT + SECOND):
        for valid_until in (None, MOMENT, MOMENT + SECOND, MOMENT + 2 * SECOND):
            if valid_until is None or valid_until > valid_from:
                for suspended in (False, True):
                    key = issue_license(database, valid_from=valid_from, valid_until=valid_until)
                    if suspended:
                        with transaction(database, ACTOR) as session:
                            run_one(session, SuspendLicense(key), ACTOR)
    with transaction(database, ACTOR) as session:
        everything = session.scalars(select(LicenseRow)).all()
        assert len(everything) == 18
        for status in LicenseStatus:
            listed = session.scalars(select(LicenseRow.id).where(has_status(status, MOMENT))).all()
            by_rule = [row.id for row in everything if as_license(row, "studio").status_at(MOMENT) is status]
            assert sorted(listed) == sorted(by_rule)
            assert by_rule


def test_pages_follow_each_other_and_filters_narrow(database: Database) -> None:
    keys = [issue_license(database) for _ in range(5)]
    past = datetime(2025, 1, 1, tzinfo=UTC)
    expired = issue_license(database, valid_from=past, valid_until=past + SECOND)
    with transaction(database, ACTOR) as session:
        first = list_licenses(session, LicenseFilter(), limit=4)
        second = list_licenses(session, LicenseFilter(), after_id=first[-1].view.license.id, limit=4)
        assert [line.view.license.license_key for line in (*first, *second)] == [*keys, expired]
        (only,) = list_licenses(session, LicenseFilter(status=LicenseStatus.EXPIRED))
        assert only.view.license.license_key == expired
        (of_customer,) = list_licenses(session, LicenseFilter(customer_id=first[2].customer_id))
        assert of_customer.customer == first[2].customer
        assert list_licenses(session, LicenseFilter(product_id=99)) == []


@pytest.mark.parametrize(
    ("silent_for", "service_back_for", "live"),
    [(0, 1000, True), (59, 1000, True), (61, 1000, False), (61, 59, True), (1000, 61, False), (-30, 1000, True)],
)
def test_a_session_lives_as_long_as_the_rules_let_it(
    database: Database, silent_for: int, service_back_for: int, live: bool
) -> None:
    key = issue_license(database)
    with transaction(database, ACTOR) as session:
        run_one(session, Activate(key, fingerprint(1), "Laptop", DeviceType.LAPTOP), ACTOR)
        run_one(session, StartSession(key, fingerprint(1)), ACTOR)
    with database.connect(application="test") as connection:
        connection.execute(
            "UPDATE runtime SET service_pulse = clock_timestamp(), available_since = clock_timestamp() - %s",
            (service_back_for * SECOND,),
        )
        connection.execute(
            "UPDATE license_sessions SET last_heartbeat_at = clock_timestamp() - %s", (silent_for * SECOND,)
        )
    with transaction(database, ACTOR) as session:
        license_id = find_license(session, key).id
        lines = list_live_sessions(session, license_id=license_id)
        assert show_license(session, key).view.sessions_live == len(lines) == int(live)
        assert list_past_sessions(session) == []
        assert [(device.device_name, of) for device, of in list_devices(session, license_id=license_id)] == [
            ("Laptop", key)
        ]
        if lines:
            time = read_service_time(session)
            assert time.now < lines[0].expires_at <= time.now + time.session_timeout


def test_an_expired_license_has_no_live_sessions(database: Database) -> None:
    key = issue_license(database)
    with transaction(database, ACTOR) as session:
        run_one(session, Activate(key, fingerprint(1), "Laptop", DeviceType.LAPTOP), ACTOR)
        run_one(session, StartSession(key, fingerprint(1)), ACTOR)
        find_license(session, key).valid_until = datetime.now(UTC) - SECOND
        find_license(session, key).valid_from = datetime.now(UTC) - 9 * SECOND
        session.flush()
        assert show_license(session, key).view.sessions_live == 0
        assert list_live_sessions(session) == []
