"""Two transactions in every order of steps: nothing is given twice, and no shortage is told that there is not."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from leasehold.kit.database import Database
from leasehold.kit.errors import DomainError
from leasehold.kit.orm import driver_connection, engine_of, transaction
from leasehold.licensing.service import find_license
from leasehold.resources.allocating import Wanted, allocate, resources_of_license
from leasehold.resources.errors import ResourcesShort
from leasehold.resources.figures import pool_figures
from leasehold.resources.models import Resource
from leasehold.resources.releasing import end_quarantine, release
from leasehold.resources.states import has_state, state_column
from leasehold.resources.vocabulary import PickPolicy, ResourceKind, ResourceState
from tests.licensing.vendor import issue_license
from tests.resources.stock import ACTOR, make_pool

STOCK = 6
SIDES = st.sampled_from((0, 1))
_numbers = count(1)


class Interleaving(RuleBasedStateMachine):
    """Two licenses, each in a transaction that goes on until it is committed, rolled back, or would have to wait."""

    database: Database

    def __init__(self) -> None:
        super().__init__()
        number = next(_numbers)
        self.pool = f"pool {number}"
        policy = list(PickPolicy)[number % len(PickPolicy)]
        block = f"10.{number >> 8}.{number & 255}"
        self.pool_id = make_pool(self.database, f"{block}.1-{STOCK}", name=self.pool, policy=policy)
        self.keys = [issue_license(self.database) for _ in range(2)]
        self.sessions: list[Session | None] = [None, None]

    def teardown(self) -> None:
        for side in (0, 1):
            self._end(side)

    @rule(side=SIDES, wanted=st.integers(1, STOCK))
    def take(self, side: int, wanted: int) -> None:
        with self._step(side) as session:
            free = self._free(session)
            request = Wanted(ResourceKind.IPV4, wanted, pool=self.pool)
            if free >= wanted:
                assert len(set(allocate(session, self.keys[side], request))) == wanted
                return
            with pytest.raises(ResourcesShort) as short:
                allocate(session, self.keys[side], request)
            assert short.value.context["free"] == free

    @rule(side=SIDES, again=st.booleans())
    def give_back(self, side: int, again: bool) -> None:
        with self._step(side) as session:
            held = [one.value for one in resources_of_license(session, find_license(session, self.keys[side]).id)]
            if held:
                release(session, self.keys[side], held[:2])
            if held and again:
                end_quarantine(session, held[:1], "at once")

    @precondition(lambda self: any(self.sessions))
    @rule(side=SIDES)
    def commit(self, side: int) -> None:
        session = self.sessions[side]
        if session is not None:
            session.commit()
        self._end(side)

    @precondition(lambda self: any(self.sessions))
    @rule(side=SIDES)
    def roll_back(self, side: int) -> None:
        self._end(side)

    @invariant()
    def nothing_is_given_twice(self) -> None:
        with transaction(self.database, ACTOR) as session:
            twice = text(
                "SELECT count(*) FROM resource_allocations AS a JOIN resources AS r ON r.id = a.resource_id"
                " WHERE a.released_at IS NULL AND r.pool_id = :pool GROUP BY a.resource_id HAVING count(*) > 1"
            )
            assert session.execute(twice, {"pool": self.pool_id}).all() == []

    @invariant()
    def what_is_counted_is_what_is_there(self) -> None:
        with transaction(self.database, ACTOR) as session:
            state = state_column().label("state")
            query = select(state, func.count()).where(Resource.pool_id == self.pool_id).group_by(state)
            there = {ResourceState(row[0]): row[1] for row in session.execute(query)}
            counts = pool_figures(session, self.pool_id)[self.pool_id].counts
            assert {name: count for name, count in counts.items() if count} == there

    def _free(self, session: Session) -> int:
        """How many this side sees as free: what the other one has taken is so until that commits."""
        free = select(Resource.id).where(Resource.pool_id == self.pool_id, has_state(ResourceState.FREE))
        return len(session.scalars(free).all())

    @contextmanager
    def _step(self, side: int) -> Iterator[Session]:
        """A step of one side; one that would wait for the other ends its transaction."""
        session = self.sessions[side]
        if session is None:
            session = self.sessions[side] = Session(engine_of(self.database))
            ACTOR.sign(driver_connection(session))
            session.execute(text("SET LOCAL lock_timeout = '5ms'"))
        try:
            yield session
        except OperationalError:
            self._end(side)
        except DomainError as error:
            raise AssertionError(error.detail) from error

    def _end(self, side: int) -> None:
        session, self.sessions[side] = self.sessions[side], None
        if session is not None:
            session.close()


@pytest.mark.slow
def test_every_order_of_steps(database: Database) -> None:
    machine = type("OnThisDatabase", (Interleaving,), {"database": database})
    run_state_machine_as_test(machine, settings=settings(max_examples=25, stateful_step_count=15, deadline=None))
