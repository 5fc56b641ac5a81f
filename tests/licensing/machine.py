"""One stateful machine for two subjects: the pure rules in memory, and the engine on PostgreSQL."""

from typing import ClassVar, Protocol

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from leasehold.licensing.commands import (
    Activate,
    BlockDevice,
    ChangeLimits,
    Command,
    Deactivate,
    DeleteLicense,
    EndSession,
    Heartbeat,
    RenameDevice,
    ResumeLicense,
    StartSession,
    SuspendLicense,
    UnblockDevice,
    Validate,
)
from leasehold.licensing.outcomes import Outcome
from leasehold.licensing.vocabulary import DeviceType, EndReason
from tests.licensing.model import Model
from tests.licensing.vendor import fingerprint

DEVICES = st.integers(1, 5)
PLACES = st.integers(0, 5)


class Subject(Protocol):
    """What is tested: it runs commands and lets time pass."""

    key: str

    def run(self, command: Command) -> Outcome: ...

    def wait(self, seconds: int) -> None: ...

    def expire_in(self, seconds: int) -> None: ...

    def counts(self) -> tuple[int, int]:
        """Active devices and live sessions, from the outside."""
        ...

    def reasons(self) -> list[str]:
        """The end reasons on record."""
        ...

    def close(self) -> None: ...


class LicensingMachine(RuleBasedStateMachine):
    """Every command in every order; the subject must answer as the model does."""

    subjects: ClassVar[type]

    def __init__(self) -> None:
        super().__init__()
        self.model = Model()
        self.subject: Subject = self.subjects()
        self.tokens: dict[int, object] = {}
        self.highest = (self.model.device_limit, self.model.session_limit)

    def teardown(self) -> None:
        self.subject.close()

    def run(self, command: Command) -> Outcome:
        return self.subject.run(command)

    @rule(device=DEVICES)
    def activate(self, device: int) -> None:
        command = Activate(self.subject.key, fingerprint(device), f"Rechner {device}", DeviceType.LAPTOP)
        assert self.run(command).code == self.model.activate(device)

    @rule(device=DEVICES)
    def validate(self, device: int) -> None:
        assert self.run(Validate(self.subject.key, fingerprint(device))).code == self.model.validate(device)

    @rule(device=DEVICES)
    def deactivate(self, device: int) -> None:
        self.model.settle()
        expected = self.model.shut_out(device, "inactive", "device_deactivated")
        assert self.run(Deactivate(self.subject.key, fingerprint(device))).code == expected

    @rule(device=DEVICES)
    def block(self, device: int) -> None:
        self.model.settle()
        expected = self.model.shut_out(device, "blocked", "device_blocked")
        assert self.run(BlockDevice(self.subject.key, fingerprint(device))).code == expected

    @rule(device=DEVICES)
    def unblock(self, device: int) -> None:
        expected = self.model.unblock(device)
        assert self.run(UnblockDevice(self.subject.key, fingerprint(device))).code == expected

    @rule(device=DEVICES, name=st.sampled_from(["Empfang", "Werkstatt"]))
    def rename(self, device: int, name: str) -> None:
        outcome = self.run(RenameDevice(self.subject.key, fingerprint(device), name))
        assert outcome.code == self.model.rename(device)
        assert outcome.device is None or outcome.device.device_name == name

    @rule(device=DEVICES)
    def start(self, device: int) -> None:
        outcome = self.run(StartSession(self.subject.key, fingerprint(device)))
        code, number = self.model.start(device)
        assert outcome.code == code
        if number is not None:
            assert outcome.session is not None
            assert self.tokens.setdefault(number, outcome.session.session_token) == outcome.session.session_token

    @precondition(lambda self: self.tokens)
    @rule(data=st.data())
    def heartbeat(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(sorted(self.tokens)))
        outcome = self.run(Heartbeat(self.tokens[number]))  # type: ignore[arg-type]  # a UUID
        assert outcome.code == self.model.heartbeat(number)
        if outcome.ended is not None:
            assert outcome.ended.end_reason == self.model.ended[number]

    @precondition(lambda self: self.tokens)
    @rule(data=st.data(), reason=st.sampled_from([EndReason.CLIENT, EndReason.OPERATOR]))
    def end(self, data: st.DataObject, reason: EndReason) -> None:
        number = data.draw(st.sampled_from(sorted(self.tokens)))
        outcome = self.run(EndSession(self.tokens[number], reason))  # type: ignore[arg-type]  # a UUID
        assert outcome.ended is not None
        assert outcome.ended.end_reason == self.model.end(number, reason.value)

    @rule()
    def suspend(self) -> None:
        assert self.run(SuspendLicense(self.subject.key)).code == self.model.stop("suspended")

    @rule()
    def resume(self) -> None:
        assert self.run(ResumeLicense(self.subject.key)).code == self.model.resume()

    @rule(luck=st.integers(0, 9))
    def delete(self, luck: int) -> None:
        if luck == 0:
            assert self.run(DeleteLicense(self.subject.key)).code == self.model.stop("deleted")

    @rule(devices=PLACES, sessions=PLACES)
    def change_limits(self, devices: int, sessions: int) -> None:
        self.model.settle()
        outcome = self.run(ChangeLimits(self.subject.key, devices, sessions))
        assert outcome.code == self.model.change_limits(devices, sessions)

    @rule(seconds=st.sampled_from([1, 20, 59, 60, 61]))
    def wait(self, seconds: int) -> None:
        self.subject.wait(seconds)
        self.model.now += seconds

    @precondition(lambda self: self.model.valid_until is None)
    @rule(seconds=st.integers(30, 300))
    def expire_in(self, seconds: int) -> None:
        self.subject.expire_in(seconds)
        self.model.valid_until = self.model.now + seconds

    @invariant()
    def counts_agree(self) -> None:
        self.model.settle()
        active = list(self.model.devices.values()).count("active")
        assert self.subject.counts() == (active, len(self.model.sessions))

    @invariant()
    def each_end_has_one_reason(self) -> None:
        self.model.settle()
        assert sorted(self.subject.reasons()) == sorted(self.model.ended.values())
