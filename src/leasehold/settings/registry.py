"""Every setting that an operator may change at run time: said here once, with default, bounds and help."""

from leasehold.settings.errors import SettingUnknown
from leasehold.settings.kinds import (
    ChoiceSetting,
    Home,
    IntegerSetting,
    Setting,
    TextSetting,
    TimeZoneSetting,
    machine_time_zone,
)
from leasehold.settings.text_checks import (
    archive_address,
    email,
    file_path,
    file_paths,
    name_and_address,
    person_name,
    time_of_day,
    web_address,
)

PANEL_URL = "panel_url"
CONTROLLER = "controller"
OFFICER = "data_protection_officer"

_ADVICE_OFF = "0 means no limit."
ON_OR_OFF = ("on", "off")


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
    IntegerSetting(
        "reminder_hour",
        8,
        0,
        20,
        "o'clock",
        "From which hour of the day on reminders leave, in the installation's time zone.",
    ),
    TextSetting(
        PANEL_URL,
        "",
        web_address,
        "Where people reach the panel, if a proxy stands before it; empty: as LEASEHOLD_PANEL_URL says.",
        unit="web address",
        optional=True,
    ),
    ChoiceSetting(
        "second_factor_required",
        "on",
        ON_OR_OFF,
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
    TextSetting(
        CONTROLLER,
        "",
        name_and_address,
        "Who is responsible for the personal data here (Art. 4 GDPR): name, address and how to reach them, as the "
        "record of processing says it.",
        optional=True,
    ),
    TextSetting(
        OFFICER,
        "",
        name_and_address,
        "The data protection officer, where there has to be one: name and how to reach them.",
        optional=True,
    ),
    TextSetting(
        "backup_archive",
        "",
        archive_address,
        "The git repository that keeps every backup for good: reached over SSH (git@github.com:you/archive.git), or a "
        "directory on another disk of this machine. Without it, backups stay on this machine alone.",
        optional=True,
        protected=True,
    ),
    TextSetting(
        "backup_ssh_key",
        "~/.ssh/github_backup",
        file_path,
        "The private SSH key that opens the archive; it needs the right to write.",
        protected=True,
    ),
    TextSetting("backup_author_name", "Backup System", person_name, "In whose name backups enter the archive."),
    TextSetting(
        "backup_author_email", "backup@leasehold.invalid", email, "With which e-mail address backups enter the archive."
    ),
    TextSetting(
        "backup_time",
        "03:00",
        time_of_day,
        "When the daily backup is made, in the installation's time zone.",
        "hours:minutes",
    ),
    ChoiceSetting(
        "backup_heartbeats",
        "all",
        ("all", "structure"),
        "Whether single heartbeats are in the backups, or only their empty table. Licenses, devices and sessions do "
        "not depend on them.",
        protected=True,
    ),
    IntegerSetting(
        "backup_local_keep",
        7,
        1,
        1000,
        "backups",
        "How many of the newest backups stay on this machine, whatever is in the archive.",
    ),
    TextSetting(
        "backup_paths",
        "",
        file_paths,
        "Further files and directories that belong into a backup, separated by colons, such as the proxy's sites and "
        "TLS certificates.",
        optional=True,
        protected=True,
    ),
)
_BY_NAME = {setting.name: setting for setting in SETTINGS}


def find_setting(name: str) -> Setting:
    """The setting called `name`. Raises `SettingUnknown`."""
    if name not in _BY_NAME:
        raise SettingUnknown(name)
    return _BY_NAME[name]
