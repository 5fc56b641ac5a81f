"""The strip of one session's heartbeats: what is in it, and that a long one is read piece by piece."""

from datetime import timedelta

import pytest

from leasehold.kit.database import Database
from leasehold.kit.orm import transaction
from leasehold.licensing import heartbeat_strip
from leasehold.licensing.heartbeat_strip import BUCKETS, read_strip
from leasehold.licensing.session_queries import show_session
from tests.licensing.running import age, record_heartbeats, start
from tests.licensing.vendor import ACTOR, issue_license

SECOND = timedelta(seconds=1)


def test_a_gap_is_longer_than_a_heartbeat_may_be_late(database: Database) -> None:
    token = start(database, issue_license(database))
    age(database, token, 300 * SECOND)
    record_heartbeats(database, token, 45, 91, 121, 290)
    with transaction(database, ACTOR) as session:
        strip = read_strip(session, show_session(session, token))
    assert [round(gap.length / SECOND) for gap in strip.gaps] == [46, 169]
    assert strip.longest_gap == strip.gaps[1]
    assert (strip.count, len(strip.beats), strip.is_begin, strip.is_end) == (4, 4, True, True)


def test_many_heartbeats_become_a_bounded_number_of_ticks(database: Database) -> None:
    token = start(database, issue_license(database))
    age(database, token, 2000 * SECOND)
    record_heartbeats(database, token, *range(1, 1990))
    with transaction(database, ACTOR) as session:
        strip = read_strip(session, show_session(session, token))
    assert strip.count == 1989
    assert BUCKETS - 5 <= len(strip.beats) <= BUCKETS + 1
    assert strip.gaps == ()


def test_what_is_too_much_at_once_is_read_piece_by_piece(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    token = start(database, issue_license(database))
    age(database, token, 600 * SECOND)
    record_heartbeats(database, token, *range(5, 600, 10))
    monkeypatch.setattr(heartbeat_strip, "_MOST_ROWS", 1)
    with transaction(database, ACTOR) as session:
        line = show_session(session, token)
        pieces = [read_strip(session, line)]
        while not pieces[-1].is_begin:
            assert len(pieces) < 9
            pieces.append(read_strip(session, line, until=pieces[-1].begins_at))
    assert [piece.is_end for piece in pieces] == [True, *[False] * (len(pieces) - 1)]
    assert len(pieces) == 6
    assert sum(piece.count for piece in pieces) == 60
    assert all(piece.gaps == () for piece in pieces)
