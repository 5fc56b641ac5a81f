"""Pools that run low: the vendor hears of each fall once."""

from leasehold.customers.vocabulary import Language
from leasehold.kit.database import Database
from leasehold.kit.orm import transaction
from leasehold.reminders.recipients import Vendor
from leasehold.resources.adding import add_resources
from leasehold.resources.allocating import Wanted, allocate
from leasehold.resources.pools import PoolCard, edit_pool, read_pool
from leasehold.resources.vocabulary import ResourceKind
from tests.licensing.vendor import issue_license
from tests.reminders.mailbox import Mailbox
from tests.reminders.stock import ACTOR, DAY, END, Clock, change, rows
from tests.resources.stock import make_pool


def _set_mark(database: Database, pool: int, mark: int) -> None:
    with transaction(database, ACTOR) as session:
        edit_pool(session, pool, PoolCard(read_pool(session, pool).name, low_water=mark))


def test_each_fall_is_told_once_and_the_next_one_again(clock: Clock, box: Mailbox, database: Database) -> None:
    key = issue_license(database)
    north = make_pool(database, "10.0.0.0/30", name="North")
    _set_mark(database, north, 3)
    assert clock.send_at(END).sent == 0
    with transaction(database, ACTOR) as session:
        allocate(session, key, Wanted(ResourceKind.IPV4, count=2))
    assert [clock.send_at(END + hours * DAY / 24).sent for hours in range(3)] == [1, 0, 0]
    (mail,) = box.mails
    assert (mail["To"], mail["Subject"]) == ("vendor@vendor.test", "The resource pool North is running low")
    assert "North (IPv4 addresses): 2 free, the low-water mark is 3" in mail.get_content()
    with transaction(database, ACTOR) as session:
        add_resources(session, read_pool(session, north), ["10.0.1.0/31"])
    assert clock.send_at(END + DAY).sent == 0
    assert rows(database, "SELECT over_at FROM reminder_ledger") == [(END + DAY,)]
    _set_mark(database, north, 5)
    assert [clock.send_at(END + day * DAY).sent for day in (2, 3)] == [1, 0]


def test_all_pools_are_one_mail_the_lowest_first(clock: Clock, box: Mailbox, database: Database) -> None:
    for name, mark in (("North", 2), ("South", 8)):
        _set_mark(database, make_pool(database, name=name), mark)
    assert clock.send_at(END).sent == 1
    assert box.subjects == ["2 resource pools are running low"]


def test_without_a_vendors_address_or_with_the_rule_off_nobody_is_told(
    clock: Clock, box: Mailbox, database: Database
) -> None:
    _set_mark(database, make_pool(database), 2)
    vendor, clock.vendor = clock.vendor, Vendor(Language.EN)
    tally = clock.send_at(END)
    assert (tally.sent, tally.untold) == (0, 1)
    clock.vendor = vendor
    change(database, "UPDATE reminder_rules SET active = false WHERE kind = 'pool_low_water'")
    tally = clock.send_at(END)
    assert (tally.sent, tally.untold) == (0, 0)


def test_a_pool_that_has_risen_before_its_mail_left_is_told_of_at_its_next_fall(
    clock: Clock, box: Mailbox, database: Database
) -> None:
    pool = make_pool(database)
    _set_mark(database, pool, 2)
    box.refusals[""] = "451 4.3.0 later"
    assert clock.send_at(END).waiting == 1
    _set_mark(database, pool, 0)
    box.refusals.clear()
    tally = clock.send_at(END + DAY)
    assert (tally.sent, tally.cancelled) == (0, 1)
    _set_mark(database, pool, 2)
    assert clock.send_at(END + 2 * DAY).sent == 1
