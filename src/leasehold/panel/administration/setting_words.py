"""How settings read: title and group of each, and the registry's own words for the translators to find.

The registry speaks English and knows no gettext: its sentences are the msgids, listed below.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from leasehold.settings.kinds import ChoiceSetting, IntegerSetting, Setting, Value
from leasehold.settings.registry import SETTINGS

TIMES: Final = _("Heartbeats and sessions")
LIMITS: Final = _("Limits on callers")
RETENTION: Final = _("How long things are kept")
DISPLAY: Final = _("Display and attention")
SIGN_IN: Final = _("Signing in to the panel")
PRIVACY: Final = _("Privacy")
BACKUPS: Final = _("Backups")
_OTHER: Final = _("Other")

_WORDS: Final[dict[str, tuple[LazyString, LazyString]]] = {
    "heartbeat_interval": (TIMES, _("Heartbeat interval")),
    "session_timeout": (TIMES, _("Session timeout")),
    "heartbeat_spread_percent": (TIMES, _("Spread of heartbeats")),
    "limit_license_not_found_per_minute": (LIMITS, _("Unknown license keys")),
    "limit_api_key_invalid_per_minute": (LIMITS, _("Invalid API keys")),
    "limit_refusals_per_minute": (LIMITS, _("Other refusals")),
    "limit_successes_per_key_per_minute": (LIMITS, _("Successful calls for each API key")),
    "limit_heartbeats_per_session_per_minute": (LIMITS, _("Heartbeats for each session")),
    "heartbeat_retention_months": (RETENTION, _("Single heartbeats")),
    "denial_retention_days": (RETENTION, _("Refusals by license")),
    "activity_retention_days": (RETENTION, _("Figures for the charts")),
    "timezone": (DISPLAY, _("Time zone")),
    "silent_device_days": (DISPLAY, _("Silent devices")),
    "expiring_license_days": (DISPLAY, _("Licenses that expire")),
    "reminder_hour": (DISPLAY, _("Reminders leave from")),
    "panel_url": (SIGN_IN, _("Address of the panel")),
    "second_factor_required": (SIGN_IN, _("Second factor for everybody")),
    "session_hours": (SIGN_IN, _("Signed in at most")),
    "session_idle_minutes": (SIGN_IN, _("Signed in without doing anything")),
    "controller": (PRIVACY, _("Controller")),
    "data_protection_officer": (PRIVACY, _("Data protection officer")),
    "backup_archive": (BACKUPS, _("Backup archive")),
    "backup_ssh_key": (BACKUPS, _("SSH key of the archive")),
    "backup_author_name": (BACKUPS, _("Author's name")),
    "backup_author_email": (BACKUPS, _("Author's e-mail address")),
    "backup_time": (BACKUPS, _("Time of the daily backup")),
    "backup_heartbeats": (BACKUPS, _("Single heartbeats")),
    "backup_local_keep": (BACKUPS, _("Backups kept on this machine")),
    "backup_paths": (BACKUPS, _("Further files")),
}

# Found by the extraction of messages, used through `gettext(setting.help)`; a test holds them to the registry.
SAID_BY_THE_REGISTRY: Final = (
    _("How often a client says that its session is alive."),
    _("How long a session may be silent before its seat is free; greater than heartbeat_interval."),
    _("How far clients' heartbeats are spread around the interval, so that they do not come all at once."),
    _("How long single heartbeats are kept."),
    _("How long it is kept which license refused what, by the hour."),
    _("How long live sessions, heartbeats and seats are kept by the hour, for the charts."),
    _("After how many days without a sign of life an active device is shown as silent."),
    _("How long before its end a license is shown as one that expires."),
    _("The time zone that days begin and end in."),
    _("From which hour of the day on reminders leave, in the installation's time zone."),
    _("Where people reach the panel, if a proxy stands before it; empty: as LEASEHOLD_PANEL_URL says."),
    _("Whether everybody who works in the panel needs more than a password to sign in."),
    _("How long somebody stays signed in to the panel at most."),
    _("How long somebody stays signed in who does nothing."),
    _("Calls with an unknown license key, for each address. 0 means no limit."),
    _("Calls with an invalid API key, for each address. 0 means no limit."),
    _("Calls that are refused for other reasons, for each address. 0 means no limit."),
    _("Successful calls, for each API key. 0 means no limit."),
    _("Successful heartbeats, for each session. 0 means no limit."),
    _(
        "Who is responsible for the personal data here (Art. 4 GDPR): name, address and how to reach them, as the "
        "record of processing says it."
    ),
    _("The data protection officer, where there has to be one: name and how to reach them."),
    _(
        "The git repository that keeps every backup for good: reached over SSH (git@github.com:you/archive.git), or a "
        "directory on another disk of this machine. Without it, backups stay on this machine alone."
    ),
    _("The private SSH key that opens the archive; it needs the right to write."),
    _("In whose name backups enter the archive."),
    _("With which e-mail address backups enter the archive."),
    _("When the daily backup is made, in the installation's time zone."),
    _(
        "Whether single heartbeats are in the backups, or only their empty table. Licenses, devices and sessions do "
        "not depend on them."
    ),
    _("How many of the newest backups stay on this machine, whatever is in the archive."),
    _(
        "Further files and directories that belong into a backup, separated by colons, such as the proxy's sites and "
        "TLS certificates."
    ),
    _("seconds"),
    _("minutes"),
    _("hours"),
    _("percent"),
    _("months"),
    _("days"),
    _("calls a minute"),
    _("IANA time zone"),
    _("web address"),
    _("o'clock"),
    _("hours:minutes"),
    _("backups"),
)

_CHOICES: Final[dict[str, LazyString]] = {
    "on": _("on"),
    "off": _("off"),
    "all": _("all of them"),
    "structure": _("only their empty table"),
}


@dataclass(frozen=True, slots=True)
class SettingWords:
    """A setting in the reader's language. `options` are the words to choose from, with how they read."""

    group: str
    title: str
    help: str
    unit: str
    bounds: str
    options: tuple[tuple[str, str], ...]

    def said(self, value: Value) -> str:
        """How `value` reads."""
        return dict(self.options).get(str(value), str(value)) or gettext("none")


def words_of(setting: Setting) -> SettingWords:
    """How `setting` reads; one that nobody has described yet goes by its name."""
    group, title = _WORDS.get(setting.name, (_OTHER, setting.name.replace("_", " ").capitalize()))
    bounds = ""
    if isinstance(setting, IntegerSetting):
        bounds = gettext("%(minimum)s to %(maximum)s", minimum=setting.minimum, maximum=setting.maximum)
    options = tuple((choice, str(_CHOICES[choice])) for choice in _choices_of(setting))
    unit = gettext(setting.unit) if setting.unit and not options else ""
    return SettingWords(str(group), str(title), gettext(setting.help), unit, bounds, options)


def in_groups() -> Iterator[tuple[str, list[Setting]]]:
    """The registry's settings by group, in the order of the groups above."""
    for group in (TIMES, LIMITS, RETENTION, DISPLAY, SIGN_IN, PRIVACY, BACKUPS, _OTHER):
        members = [setting for setting in SETTINGS if _group_of(setting) is group]
        if members:
            yield str(group), members


def is_described(setting: Setting) -> bool:
    """Whether translators find its title and all its words."""
    said = {str(words) for words in SAID_BY_THE_REGISTRY}
    choices = _choices_of(setting)
    units = {setting.unit} if setting.unit and not choices else set()
    return setting.name in _WORDS and {setting.help} | units <= said and _CHOICES.keys() >= set(choices)


def _choices_of(setting: Setting) -> tuple[str, ...]:
    return setting.choices if isinstance(setting, ChoiceSetting) else ()


def _group_of(setting: Setting) -> LazyString:
    return _WORDS[setting.name][0] if setting.name in _WORDS else _OTHER
