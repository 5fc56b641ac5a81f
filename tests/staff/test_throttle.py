import threading
from datetime import timedelta

import pytest

from leasehold.kit.actor import Actor
from leasehold.kit.database import Database
from leasehold.kit.orm import transaction
from leasehold.staff.throttle import Admitted, Counter, Refused, account_counter, admit, forgive, take_back

ACTOR = Actor("cli:test")


def _failures(database: Database) -> int:
    with database.connect(application="test") as connection:
        row = connection.execute("SELECT coalesce(max(failures), 0) FROM sign_in_throttles").fetchone()
    return int(str(row[0])) if row else 0


def test_fifty_parallel_guesses_count_fifty(database: Database) -> None:
    counter = Counter(b"x", free=100)
    begun = threading.Barrier(50, timeout=60)

    def guess() -> None:
        begun.wait()
        with transaction(database, ACTOR) as session:
            admit(session, [counter])

    threads = [threading.Thread(target=guess) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert _failures(database) == 50


@pytest.mark.parametrize(("failures", "seconds"), [(4, 0), (5, 1), (6, 2), (10, 32), (14, 512), (15, 900), (16, 900)])
def test_the_delay_doubles_up_to_a_quarter_of_an_hour(database: Database, failures: int, seconds: int) -> None:
    with database.connect(application="test") as connection:
        row = connection.execute("SELECT sign_in_delay(%s, 5)", (failures,)).fetchone()
    assert row == (timedelta(seconds=seconds),)


def test_a_refused_attempt_makes_nothing_longer(database: Database) -> None:
    counter = account_counter("Ada@Firm.local ")
    assert counter == account_counter("ada@firm.local")
    for _ in range(4):
        with transaction(database, ACTOR) as session:
            assert isinstance(admit(session, [counter]), Admitted)
    with database.connect(application="test") as connection:
        connection.execute("UPDATE sign_in_throttles SET blocked_until = clock_timestamp() + interval '1 hour'")
    for _ in range(3):
        with transaction(database, ACTOR) as session:
            outcome = admit(session, [counter])
            assert isinstance(outcome, Refused)
            assert 3500 < outcome.seconds <= 3600
    assert _failures(database) == 4


def test_what_was_right_does_not_count_and_lifts_no_other_delay(database: Database) -> None:
    counter = Counter(b"x", free=1)
    with transaction(database, ACTOR) as session:
        admitted = admit(session, [counter])
        assert isinstance(admitted, Admitted)
        take_back(session, admitted)
        assert isinstance(admit(session, [counter]), Admitted)
        take_back(session, admitted)
        assert isinstance(admit(session, [counter]), Refused)
        forgive(session, counter)
        assert isinstance(admit(session, [counter]), Admitted)
