"""The pure rules against the model: thousands of steps a second, no database."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from hypothesis import settings

from leasehold.licensing.commands import Command, EndSession, Heartbeat
from leasehold.licensing.deciding import Fresh, apply
from leasehold.licensing.license_key import new_license_key
from leasehold.licensing.outcomes import Outcome
from leasehold.licensing.rules import death_of, decide
from leasehold.licensing.state import License, LicenseState, ServiceTime
from leasehold.licensing.vocabulary import LicenseType
from tests.licensing.machine import LicensingMachine

_START = datetime(2026, 1, 1, tzinfo=UTC)


class InMemory:
    """A license in a dictionary; time is a variable."""

    def __init__(self) -> None:
        self.key = new_license_key()
        self.now = _START
        self._ids = iter(range(1, 1_000_000))
        self.state = LicenseState(
            License(1, self.key, "studio", LicenseType.FULL, 3, 2, _START, None, suspended=False, deleted=False,
                    features={}, offline_grace=0, offline_max_ttl=3600, checkout_enabled=True)
        )  # fmt: skip

    def run(self, command: Command) -> Outcome:
        self._settle()
        decision = decide(self.state, command, self._time(), Fresh(next(self._ids), next(self._ids), uuid4()))
        apply(self.state, decision.changes)
        self._check_slots()
        view = decision.outcome.license
        if view is not None and not isinstance(command, Heartbeat | EndSession):
            assert (view.devices_active, view.sessions_live) == self.counts()
        return decision.outcome

    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    def expire_in(self, seconds: int) -> None:
        license_ = self.state.license
        values = {name: getattr(license_, name) for name in license_.__slots__}
        self.state.license = License(**values | {"valid_until": self.now + timedelta(seconds=seconds)})

    def counts(self) -> tuple[int, int]:
        self._settle()
        return len(self.state.active_devices()), len(self.state.sessions)

    def reasons(self) -> list[str]:
        self._settle()
        return [ended.end_reason.value for ended in self.state.ended.values()]

    def close(self) -> None:
        """Nothing is open."""

    def _time(self) -> ServiceTime:
        return ServiceTime(self.now, _START - timedelta(days=1), timedelta(seconds=60), 30)

    def _settle(self) -> None:
        for session in list(self.state.sessions.values()):
            ended = death_of(session, self.state.license, self._time())
            if ended is not None:
                del self.state.sessions[session.device_id]
                self.state.ended[ended.session_token] = ended

    def _check_slots(self) -> None:
        devices = [device.slot for device in self.state.active_devices()]
        assert len(set(devices)) == len(devices)
        assert all(1 <= (slot or 0) <= self.state.license.device_limit for slot in devices)
        sessions = [session.slot for session in self.state.sessions.values()]
        assert len(set(sessions)) == len(sessions)
        limit = self.state.license.concurrent_sessions_limit
        assert all(session.slot <= limit or session.over_limit for session in self.state.sessions.values())


class RulesMachine(LicensingMachine):
    subjects = InMemory


RulesMachine.TestCase.settings = settings(max_examples=200, stateful_step_count=40, deadline=None)
TestRules = RulesMachine.TestCase
