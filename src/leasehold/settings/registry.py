"""Every setting that an operator may change at run time: said here once, with default, bounds and help."""

import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import tzlocal

from leasehold.kit.web_address import parse_web_address
from leasehold.settings.errors import SettingInvalid, SettingUnknown

Value = int | str

PANEL_URL = "panel_url"

_INTEGER = re.compile(r"-?[0-9]{1,10}")
_ADVICE_OFF = "0 means no limit."


class Home(StrEnum):
    """The table that a setting is stored in; what decides licensing is in `runtime`."""

    RUNTIME = "runtime"
    SETTINGS = "settings"


@dataclass(frozen=True, slots=True)
class IntegerSetting:
    """A whole number from `minimum` to `maximum`, both included."""

    name: str
    default: int
    minimum: int
    maximum: int
    unit: str
    help: str
    home: Home = Home.SETTINGS

    def parse(self, text: str) -> int:
        """The number that `text` stands for. Raises `SettingInvalid`."""
        plain = text.strip()
        if not _INTEGER.fullmatch(plain) or not self.minimum <= int(plain) <= self.maximum:
            bounds = f"from {self.minimum} to {self.maximum}"
            detail = f"{self.name} must be a whole number ({self.unit}) {bounds}, not {text!r}."
            context = {"problem": "out_of_range", "value": text, "minimum": self.minimum, "maximum": self.maximum}
            raise SettingInvalid(self.name, detail, context)
        return int(plain)


@dataclass(frozen=True, slots=True)
class TimeZoneSetting:
    """A time zone by its IANA name; the default is the machine's."""

    name: str
    default_of_machine: Callable[[], str]
    help: str
    unit: str = "IANA time zone"
    home: Home = Home.SETTINGS

    @property
    def default(self) -> str:
        """The machine's zone."""
        return self.default_of_machine()

    def parse(self, text: str) -> str:
        """The name, if there is such a zone. Raises `SettingInvalid`."""
        name = text.strip()
        if not _is_time_zone(name):
            detail = f"{self.name} must be an IANA time zone such as Europe/Berlin or UTC, not {text!r}."
            raise SettingInvalid(self.name, detail, {"problem": "no_time_zone", "value": text})
        return name


@dataclass(frozen=True, slots=True)
class SwitchSetting:
    """Something that is `on` or `off`."""

    name: str
    default: str
    help: str
    unit: str = "on or off"
    home: Home = Home.SETTINGS

    def parse(self, text: str) -> str:
        """`on` or `off`. Raises `SettingInvalid`."""
        value = text.strip().lower()
        if value not in ("on", "off"):
            detail = f"{self.name} must be on or off, not {text!r}."
            raise SettingInvalid(self.name, detail, {"problem": "no_switch", "value": text})
        return value


@dataclass(frozen=True, slots=True)
class WebAddressSetting:
    """The address of a web site, or nothing."""

    name: str
    help: str
    default: str = ""
    unit: str = "web address"
    home: Home = Home.SETTINGS

    def parse(self, text: str) -> str:
        """The address without a path, or nothing where nothing is given. Raises `SettingInvalid`."""
        if not text.strip():
            return ""
        address = parse_web_address(text)
        if address is None:
            detail = f"{self.name} must be like https://admin.example.org, without a path, not {text!r}."
            raise SettingInvalid(self.name, detail, {"problem": "no_web_address", "value": text})
        return address


Setting = IntegerSetting | TimeZoneSetting | SwitchSetting | WebAddressSetting


def machine_time_zone() -> str:
    """The IANA name of the machine's time zone; UTC where it has none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "no time zone is configured": UTC then, which is what we want
            name = tzlocal.get_localzone_name()
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return "UTC"
    return name if name and _is_time_zone(name) else "UTC"


def _is_time_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _limit(name: str, default: int, help_text: str) -> IntegerSetting:
    return IntegerSetting(name, default, 0, 1_000_000, "calls a minute", f"{help_text} {_ADVICE_OFF}")


SETTINGS: tuple[Setting, ...] = (
    IntegerSetting(
        "heartbeat_interval", 30, 1, 3600, "seconds", "How often a client says that its session is alive.", Home.RUNTIME
    ),
    IntegerSetting(
        "session_timeout",
        60,
        2,
        86400,
        "seconds",
        "How long a session may be silent before its seat is free; greater than heartbeat_interval.",
        Home.RUNTIME,
    ),
    IntegerSetting(
        "heartbeat_spread_percent",
        0,
        0,
        20,
        "percent",
        "How far clients' heartbeats are spread around the interval, so that they do not come all at once.",
    ),
    IntegerSetting("heartbeat_retention_months", 13, 1, 1200, "months", "How long single heartbeats are kept."),
    IntegerSetting(
        "denial_retention_days", 90, 1, 3650, "days", "How long it is kept which license refused what, by the hour."
    ),
    IntegerSetting(
        "activity_retention_days",
        400,
        31,
        3650,
        "days",
        "How long live sessions, heartbeats and seats are kept by the hour, for the charts.",
    ),
    IntegerSetting(
        "silent_device_days",
        14,
        1,
        3650,
        "days",
        "After how many days without a sign of life an active device is shown as silent.",
    ),
    IntegerSetting(
        "expiring_license_days", 30, 1, 365, "days", "How long before its end a license is shown as one that expires."
    ),
    TimeZoneSetting("timezone", machine_time_zone, "The time zone that days begin and end in."),
    WebAddressSetting(
        PANEL_URL,
        "Where people reach the panel, if a proxy stands before it; empty: as LEASEHOLD_PANEL_URL says.",
    ),
    SwitchSetting(
        "second_factor_required",
        "on",
        "Whether everybody who works in the panel needs more than a password to sign in.",
    ),
    IntegerSetting("session_hours", 12, 1, 168, "hours", "How long somebody stays signed in to the panel at most."),
    IntegerSetting(
        "session_idle_minutes", 30, 5, 1440, "minutes", "How long somebody stays signed in who does nothing."
    ),
    _limit("limit_license_not_found_per_minute", 20, "Calls with an unknown license key, for each address."),
    _limit("limit_api_key_invalid_per_minute", 20, "Calls with an invalid API key, for each address."),
    _limit("limit_refusals_per_minute", 1200, "Calls that are refused for other reasons, for each address."),
    _limit("limit_successes_per_key_per_minute", 0, "Successful calls, for each API key."),
    _limit("limit_heartbeats_per_session_per_minute", 0, "Successful heartbeats, for each session."),
)
_BY_NAME = {setting.name: setting for setting in SETTINGS}


def find_setting(name: str) -> Setting:
    """The setting called `name`. Raises `SettingUnknown`."""
    if name not in _BY_NAME:
        raise SettingUnknown(name)
    return _BY_NAME[name]
