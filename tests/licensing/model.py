"""What licensing promises, as simply as it can be said: a dictionary a thing, no slots, no batches, no database.

Time is a number of seconds. The stateful tests drive this and the real thing with the same commands.
"""

from dataclasses import dataclass, field


@dataclass
class ModelSession:
    device: int
    last: float


@dataclass
class Model:
    """One license."""

    device_limit: int = 3
    session_limit: int = 2
    timeout: float = 60.0
    now: float = 0.0
    suspended: bool = False
    deleted: bool = False
    valid_until: float | None = None
    devices: dict[int, str] = field(default_factory=dict)
    sessions: dict[int, ModelSession] = field(default_factory=dict)
    ended: dict[int, str] = field(default_factory=dict)
    _next: int = 0

    def settle(self) -> None:
        """End what is dead at this moment."""
        for number, session in list(self.sessions.items()):
            silent_from = session.last + self.timeout
            if self.valid_until is not None and self.valid_until <= min(self.now, silent_from):
                self._end(number, "license_expired")
            elif silent_from <= self.now:
                self._end(number, "timeout")

    def refusal(self) -> str | None:
        if self.deleted:
            return "license_not_found"
        if self.suspended:
            return "license_suspended"
        if self.valid_until is not None and self.now >= self.valid_until:
            return "license_expired"
        return None

    def validate(self, device: int) -> str:
        return self.refusal() or self._device_refusal(device) or "valid"

    def activate(self, device: int) -> str:
        known = self.devices.get(device)
        refusal = self.refusal() or ("device_blocked" if known == "blocked" else None)
        if refusal:
            return refusal
        if known == "active":
            return "already_active"
        if list(self.devices.values()).count("active") >= self.device_limit:
            return "device_limit_reached"
        self.devices[device] = "active"
        return "reactivated" if known else "activated"

    def shut_out(self, device: int, status: str, reason: str) -> str:
        if self.deleted:
            return "license_not_found"
        if device not in self.devices:
            return "device_not_registered"
        if status == "blocked" or self.devices[device] == "active":
            self.devices[device] = status
            for number, session in list(self.sessions.items()):
                if session.device == device:
                    self._end(number, reason)
        return "done" if status == "blocked" else "deactivated"

    def unblock(self, device: int) -> str:
        if self.deleted:
            return "license_not_found"
        if device not in self.devices:
            return "device_not_registered"
        if self.devices[device] == "blocked":
            self.devices[device] = "inactive"
        return "done"

    def rename(self, device: int) -> str:
        if self.deleted:
            return "license_not_found"
        return "done" if device in self.devices else "device_not_registered"

    def start(self, device: int) -> tuple[str, int | None]:
        self.settle()
        refusal = self.refusal() or self._device_refusal(device)
        if refusal:
            return refusal, None
        for number, session in self.sessions.items():
            if session.device == device:
                session.last = self.now
                return "resumed", number
        if len(self.sessions) >= self.session_limit:
            return "session_limit_reached", None
        self._next += 1
        self.sessions[self._next] = ModelSession(device, self.now)
        return "started", self._next

    def heartbeat(self, number: int) -> str:
        self.settle()
        if number in self.sessions:
            self.sessions[number].last = self.now
            return "live"
        return "session_ended"

    def end(self, number: int, reason: str) -> str:
        self.settle()
        if number in self.sessions:
            self._end(number, reason)
        return self.ended[number]

    def stop(self, how: str) -> str:
        self.settle()
        if self.deleted:
            return "license_not_found"
        if how == "suspended" and self.suspended:
            return "done"
        setattr(self, how, True)
        for number in list(self.sessions):
            self._end(number, f"license_{how}")
        return "done"

    def resume(self) -> str:
        if self.deleted:
            return "license_not_found"
        self.suspended = False
        return "done"

    def change_limits(self, devices: int, sessions: int) -> str:
        if self.deleted:
            return "license_not_found"
        if not 1 <= sessions <= devices <= 10:
            return "limits_invalid"
        if list(self.devices.values()).count("active") > devices:
            return "device_limit_below_active"
        self.device_limit, self.session_limit = devices, sessions
        return "done"

    def _device_refusal(self, device: int) -> str | None:
        return {None: "device_not_registered", "blocked": "device_blocked", "inactive": "device_inactive"}.get(
            self.devices.get(device)
        )

    def _end(self, number: int, reason: str) -> None:
        del self.sessions[number]
        self.ended[number] = reason
