"""How far an upgrade is, in a file that outlives whoever upgrades; without it none is under way."""

import os
from enum import StrEnum

import msgspec

from leasehold.kit.directories import sync_directory
from leasehold.kit.releases import Releases
from leasehold.upgrades.errors import UpgradeRefused


class Step(StrEnum):
    """What an upgrade does, in order. Up to `TRYING` it is undone when it is interrupted, and from then on finished."""

    INSTALLING = "installing"
    SAVING = "saving"
    MIGRATING = "migrating"
    TRYING = "trying"
    SWITCHING = "switching"
    RESTARTING = "restarting"

    def reaches(self, other: "Step") -> bool:
        """Whether this is `other` or a later step."""
        steps = list(Step)
        return steps.index(self) >= steps.index(other)


class Upgrade(msgspec.Struct, frozen=True):
    """The upgrade to `version`.

    `previous` is the environment of the program before it. `alone` tells that no `leasehold up` ran and none could
    start; `schema` is where the schema stood, `backup` what was saved just before it was changed.
    """

    version: str
    previous: str
    alone: bool
    step: Step = Step.INSTALLING
    schema: int = 0
    backup: str = ""


def write_upgrade(releases: Releases, upgrade: Upgrade) -> None:
    """Write it down for good."""
    draft = releases.upgrading.with_suffix(".new")
    with draft.open("wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(upgrade), indent=1))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(releases.upgrading)
    sync_directory(releases.root)


def read_upgrade(releases: Releases) -> Upgrade | None:
    """The upgrade that is under way, or was interrupted; None where there is none. Raises `UpgradeRefused`."""
    try:
        return msgspec.json.decode(releases.upgrading.read_bytes(), type=Upgrade)
    except FileNotFoundError:
        return None
    except msgspec.MsgspecError as error:
        raise UpgradeRefused(
            "upgrade_state_damaged",
            f"{releases.upgrading} is damaged: look with `leasehold doctor` whether the installation is well, then "
            "remove that file.",
        ) from error


def forget_upgrade(releases: Releases) -> None:
    """None is under way any more."""
    releases.upgrading.unlink(missing_ok=True)
    sync_directory(releases.root)
