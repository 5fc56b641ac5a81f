"""The pages about devices."""

from http import HTTPStatus

from flask import abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from leasehold.audit.objects import changes_of
from leasehold.kit.errors import DomainError
from leasehold.licensing.device_queries import DeviceLine, last_sessions_of
from leasehold.licensing.device_queries import show_device as read_device
from leasehold.licensing.device_service import DeviceRenamedMeanwhile, change_device
from leasehold.licensing.device_service import rename_device as save_name
from leasehold.licensing.errors import device_not_registered
from leasehold.licensing.license_key import parse_license_key
from leasehold.licensing.session_queries import live_session_of
from leasehold.licensing.vocabulary import DeviceStatus, DeviceType, EndReason
from leasehold.panel.context import actor, db
from leasehold.panel.devices.acts import DEVICE_ACTS
from leasehold.panel.devices.addresses import FingerprintConverter
from leasehold.panel.devices.forms import RenameForm
from leasehold.panel.devices.table import DEVICE_TABLE, device_address
from leasehold.panel.durations import lasting
from leasehold.panel.lists.bulk import answer_bulk
from leasehold.panel.lists.page import answer_list
from leasehold.panel.pages import Pages
from leasehold.panel.problems import STATUS_OF
from leasehold.panel.reasons import Question, ask_reason
from leasehold.panel.refusals import sentence_for
from leasehold.panel.rights import Right
from leasehold.panel.words import badge_for
from leasehold.staff.names import names_of_actors

pages = Pages("devices")
pages.record(lambda state: state.app.url_map.converters.update(fingerprint=FingerprintConverter))

_LAST_SESSIONS = 20
_DEVICE = "/devices/<license_key>/<fingerprint:fingerprint>"


@pages.page("/devices", needs=Right.READ)
def list_devices() -> ResponseReturnValue:
    """All devices."""
    return answer_list(DEVICE_TABLE)


@pages.page("/devices/bulk", needs=Right.CHANGE_LICENSES, methods=("POST",))
def change_many() -> ResponseReturnValue:
    """Do something to many devices."""
    return answer_bulk(DEVICE_TABLE)


@pages.page(_DEVICE, needs=Right.READ)
def show_device(license_key: str, fingerprint: str) -> ResponseReturnValue:
    """One device: what it is, whether it runs, when it ran."""
    line = _line(license_key, fingerprint)
    past = last_sessions_of(db(), line.device, most=_LAST_SESSIONS)
    status = DeviceStatus(line.device.status)
    changes = changes_of(db(), [("device_registrations", str(line.device.id))])
    return render_template(
        "devices/device.html",
        line=line,
        status=badge_for(status),
        device_type=badge_for(DeviceType(line.device.device_type)),
        live=live_session_of(db(), line.device),
        past=[(one, lasting(one.ended_at - one.started_at), badge_for(EndReason(one.end_reason))) for one in past],
        acts=[act for act in DEVICE_ACTS if status in act.possible_for],
        changes=changes,
        names=names_of_actors(db(), {change.actor for change in changes}),
    )


@pages.page(f"{_DEVICE}/rename", needs=Right.CHANGE_LICENSES, methods=("GET", "POST"))
def rename_device(license_key: str, fingerprint: str) -> ResponseReturnValue:
    """Call a device otherwise; a name that somebody else has changed meanwhile is shown first."""
    line = _line(license_key, fingerprint)
    name = line.device.device_name
    form = RenameForm(request.form) if request.method == "POST" else RenameForm(name=name, was=name)
    if request.method == "GET":
        return _name_form(line, form)
    if not form.validate():
        return _name_form(line, form), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        save_name(db(), line.whose.license_key, fingerprint, form.name.data, was=form.was.data or "", actor=actor())
    except DeviceRenamedMeanwhile as stale:
        form.was.data = stale.theirs
        return _name_form(line, form, sentence_for(stale), theirs=stale.theirs), HTTPStatus.CONFLICT
    except DomainError as refusal:
        return _name_form(line, form, sentence_for(refusal)), STATUS_OF[refusal.kind]
    flash(_("The device has its new name."), "success")
    return redirect(device_address(line), HTTPStatus.SEE_OTHER)


@pages.page(f"{_DEVICE}/<any(deactivate, block, unblock):name>", needs=Right.CHANGE_LICENSES, methods=("GET", "POST"))
def change_device_status(license_key: str, fingerprint: str, name: str) -> ResponseReturnValue:
    """Ask for the reason; then deactivate, block or unblock."""
    line = _line(license_key, fingerprint)
    act = next((act for act in DEVICE_ACTS if act.name == name), None) or abort(HTTPStatus.NOT_FOUND)
    device, key = line.device, line.whose.license_key
    names = [device.device_name, device.hardware_fingerprint, key]

    def do(reason: str) -> str:
        change_device(db(), act.command(key, fingerprint), reason=reason, actor=actor())
        return act.done()

    return ask_reason(Question(act.title, act.question(1), names, device_address(line)), do)


def _line(license_key: str, fingerprint: str) -> DeviceLine:
    known = parse_license_key(license_key)
    if known is None:
        raise device_not_registered()
    return read_device(db(), known, fingerprint)


def _name_form(line: DeviceLine, form: RenameForm, *errors: str, theirs: str | None = None) -> str:
    return render_template(
        "devices/rename.html", line=line, form=form, errors=errors, theirs=theirs, back=device_address(line)
    )
