"""What `leasehold up` says to the person who started it."""

import sys
from pathlib import Path

from leasehold.embedded.first_access import LINK_LIFETIME, FirstAccess, Missing


def say(text: str) -> None:
    """A line on stdout, at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def warn(text: str) -> None:
    """A line on stderr, at once."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def may_show_secrets() -> bool:
    """Whether stdout is a terminal: a pipe, a file or a journal would keep what it is given."""
    return sys.stdout.isatty()


def say_ready(*, server: str, panel: str, data_dir: Path, seconds: float) -> None:
    """Where everything is, now that it works."""
    say(f"Leasehold is ready ({seconds:.1f} s).")
    say(f"  License server  {server}  (API: {server}/docs)")
    say(f"  Admin panel     {panel}")
    say(f"  Data            {data_dir}")


def say_access(access: FirstAccess, panel: str) -> None:
    """The secrets that are shown this once."""
    if access.setup_path is not None:
        minutes = int(LINK_LIFETIME.total_seconds() // 60)
        say(f"\nFor the first administrator, once, within {minutes} minutes (again: `leasehold admin setup-link`):")
        say(f"  {panel}{access.setup_path}")
    if access.api_key is not None:
        say("\nThe first API key, shown this once (another: `leasehold api-key create`):")
        say(f"  {access.api_key}")


def say_how_to_get_in(missing: Missing) -> None:
    """The same where nothing secret may be shown."""
    if missing.administrator:
        say("There is no administrator yet: `leasehold admin setup-link` makes a link for the first one.")
    if missing.api_key:
        say("There is no API key yet: `leasehold api-key create --name NAME --scope license` makes one.")
