"""What an operator can do to devices, one by one or many at once: each asks first, and for a reason."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from sqlalchemy.orm import Session

from leasehold.licensing.commands import BlockDevice, Deactivate, UnblockDevice
from leasehold.licensing.device_service import change_device
from leasehold.licensing.vocabulary import DeviceStatus
from leasehold.panel.context import actor
from leasehold.panel.devices.addresses import read_device_key
from leasehold.panel.lists.table import BulkAct
from leasehold.panel.reasons import ReasonForm
from leasehold.panel.rights import Right

Command = Callable[[str, str], BlockDevice | UnblockDevice | Deactivate]


@dataclass(frozen=True, slots=True)
class DeviceAct:
    """Something done to a device: `question` is asked with the number of devices, `done` said afterwards.

    It makes sense for devices that stand as `possible_for` says.
    """

    name: str
    title: LazyString
    question: Callable[[int], str]
    done: Callable[[], str]
    command: Command
    possible_for: frozenset[DeviceStatus]
    icon: str

    @property
    def for_many(self) -> BulkAct:
        """The same for many rows of a list."""

        def run(session: Session, key: str, form: Any) -> None:
            change_device(session, self.command(*read_device_key(key)), reason=form.reason.data, actor=actor())

        return BulkAct(
            self.name,
            self.title,
            self.question,
            run,
            Right.CHANGE_LICENSES,
            form=ReasonForm,
            icon=self.icon,
            guarded=True,
        )


def _ask_deactivate(count: int) -> str:
    return str(
        ngettext(
            "Deactivate %(num)s device? Its live session ends at once; it may activate again.",
            "Deactivate %(num)s devices? Their live sessions end at once; they may activate again.",
            count,
        )
    )


def _ask_block(count: int) -> str:
    return str(
        ngettext(
            "Block %(num)s device? Its live session ends at once, and it stays out until it is unblocked.",
            "Block %(num)s devices? Their live sessions end at once, and they stay out until they are unblocked.",
            count,
        )
    )


def _ask_unblock(count: int) -> str:
    return str(
        ngettext(
            "Unblock %(num)s device? It stays inactive until it activates again.",
            "Unblock %(num)s devices? They stay inactive until they activate again.",
            count,
        )
    )


DEVICE_ACTS = (
    DeviceAct(
        "deactivate",
        _("Deactivate"),
        _ask_deactivate,
        lambda: gettext("The device is deactivated."),
        Deactivate,
        frozenset({DeviceStatus.ACTIVE}),
        "plug-off",
    ),
    DeviceAct(
        "block",
        _("Block"),
        _ask_block,
        lambda: gettext("The device is blocked."),
        BlockDevice,
        frozenset({DeviceStatus.ACTIVE, DeviceStatus.INACTIVE}),
        "ban",
    ),
    DeviceAct(
        "unblock",
        _("Unblock"),
        _ask_unblock,
        lambda: gettext("The device is unblocked: it may activate again."),
        UnblockDevice,
        frozenset({DeviceStatus.BLOCKED}),
        "lock-open",
    ),
)
