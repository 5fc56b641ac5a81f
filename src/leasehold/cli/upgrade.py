"""`leasehold upgrade`: what a person asked for, and what is said about it."""

from pathlib import Path

from leasehold.cli.backup_guard import say_of
from leasehold.cli.call import Call
from leasehold.cli.output import Fields
from leasehold.upgrades import upgrading
from leasehold.upgrades.errors import UpgradeRefused
from leasehold.upgrades.wanted import read_wanted


def upgrade(call: Call, release: str | None, wheelhouse: Path | None, *, may_restart: bool) -> Fields:
    """Upgrade to `release`, or end an interrupted upgrade where it is None; gives what to print."""
    if release is None:
        if not upgrading.settle(call.configuration, by=call.actor.name, say=say_of(call)):
            raise UpgradeRefused(
                "nothing_to_do", "No upgrade was interrupted: name a wheel or a version to upgrade to."
            )
        return {"settled": True}
    outcome = upgrading.upgrade(
        call.configuration,
        read_wanted(release),
        wheelhouse=wheelhouse,
        may_restart=may_restart,
        by=call.actor.name,
        say=say_of(call),
    )
    return {"version": outcome.version, "start": f"{outcome.program} up", "restarted": outcome.restarted}
