"""The kinds of settings: what each accepts, and how it reads what a person types.

A `protected` setting is one of those that a backup is made before: keys, the archive, the database, TLS.
"""

import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import tzlocal

from leasehold.settings.errors import SettingInvalid, TextRefused

Value = int | str

_INTEGER = re.compile(r"-?[0-9]{1,10}")


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
    protected: bool = False

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
    protected: bool = False

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
class ChoiceSetting:
    """One word out of a few."""

    name: str
    default: str
    choices: tuple[str, ...]
    help: str
    home: Home = Home.SETTINGS
    protected: bool = False

    @property
    def unit(self) -> str:
        """What there is to choose from."""
        return " or ".join(self.choices)

    def parse(self, text: str) -> str:
        """The word. Raises `SettingInvalid`."""
        value = text.strip().lower()
        if value not in self.choices:
            detail = f"{self.name} must be {self.unit}, not {text!r}."
            raise SettingInvalid(
                self.name, detail, {"problem": "no_choice", "value": text, "choices": list(self.choices)}
            )
        return value


@dataclass(frozen=True, slots=True)
class TextSetting:
    """A line of text that `check` accepts; nothing at all is accepted where `optional`.

    `check` returns what is stored. It raises `TextRefused`.
    """

    name: str
    default: str
    check: Callable[[str], str]
    help: str
    unit: str = ""
    optional: bool = False
    home: Home = Home.SETTINGS
    protected: bool = False

    def parse(self, text: str) -> str:
        """What is stored for `text`. Raises `SettingInvalid`."""
        plain = text.strip()
        if not plain and self.optional:
            return ""
        try:
            return self.check(_printable(plain))
        except TextRefused as refused:
            detail = f"{self.name} must be {refused.expected}, not {text!r}."
            raise SettingInvalid(self.name, detail, {"value": text, **refused.context}) from None


Setting = IntegerSetting | TimeZoneSetting | ChoiceSetting | TextSetting


def _printable(text: str) -> str:
    if not text.isprintable():
        raise TextRefused("a line without control characters", {"problem": "unreadable"})
    return text


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
