"""What settings of text accept: each check returns what is stored, or raises `TextRefused`."""

import re
from pathlib import Path

from leasehold.kit.git_address import AddressInvalid, read_address
from leasehold.kit.web_address import parse_web_address
from leasehold.settings.errors import TextRefused

LONGEST_LINE = 300

_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
_EMAIL = re.compile(r"[^\s<>@,;:\"\\]+@[^\s<>@,;:\"\\]+")
# git drops these from both ends of a name, and refuses a commit where nothing is left.
_DROPPED_BY_GIT = " .,:;\"'\\"


def archive_address(text: str) -> str:
    """A git repository over SSH or on this machine, with `~` expanded."""
    try:
        return read_address(text).text
    except AddressInvalid:
        raise TextRefused(
            "a git repository over SSH, such as git@github.com:you/archive.git, or an absolute path on this machine",
            {"problem": "no_archive"},
        ) from None


def file_path(text: str) -> str:
    """An absolute path, with `~` expanded."""
    try:
        path = Path(text).expanduser()
    except RuntimeError:
        path = Path()
    if not path.is_absolute():
        raise TextRefused("an absolute path such as /etc/leasehold/key", {"problem": "no_path"})
    return str(path)


def file_paths(text: str) -> str:
    """Absolute paths with colons between them."""
    return ":".join(file_path(part.strip()) for part in text.split(":") if part.strip())


def person_name(text: str) -> str:
    """A name that git takes for an author's."""
    if not text.strip(_DROPPED_BY_GIT) or set("<>") & set(text) or len(text) > 100:
        raise TextRefused("a name of at most 100 characters without < and >", {"problem": "no_name"})
    return text


def name_and_address(text: str) -> str:
    """Who somebody is and how they are reached, in words."""
    if len(text) > LONGEST_LINE:
        expected = f"a line of at most {LONGEST_LINE} characters"
        raise TextRefused(expected, {"problem": "line_too_long", "longest": LONGEST_LINE})
    return text


def email(text: str) -> str:
    """What looks like an e-mail address."""
    if not _EMAIL.fullmatch(text) or len(text) > 200:
        raise TextRefused("an e-mail address such as backup@example.org", {"problem": "no_email"})
    return text


def time_of_day(text: str) -> str:
    """A time of the day as 03:00."""
    found = _TIME.fullmatch(text)
    if not found:
        raise TextRefused("a time of the day such as 03:00", {"problem": "no_time_of_day"})
    hours, minutes = found.groups()
    return f"{int(hours):02}:{minutes}"


def web_address(text: str) -> str:
    """The address of a web site, without a path."""
    address = parse_web_address(text)
    if address is None:
        raise TextRefused("like https://admin.example.org, without a path", {"problem": "no_web_address"})
    return address
