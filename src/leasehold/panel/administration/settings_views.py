"""The settings of the API: explained, checked all at once, shown before they are saved, given their defaults back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from leasehold.kit.orm import driver_connection
from leasehold.panel.administration.setting_edits import SEEN_PREFIX, Edit, read_edits
from leasehold.panel.administration.setting_words import SettingWords, in_groups, words_of
from leasehold.panel.administration.subject import pages
from leasehold.panel.confirmations import ask_first
from leasehold.panel.context import db
from leasehold.panel.guarding import back_up_first
from leasehold.panel.refusals import sentence_for
from leasehold.panel.rights import Right
from leasehold.panel.settings_in_force import forget_settings
from leasehold.settings.errors import SettingInvalid, SettingsInvalid
from leasehold.settings.history import LastChange, read_last_changes
from leasehold.settings.kinds import Setting, Value
from leasehold.settings.registry import find_setting
from leasehold.settings.service import check_settings, lock_settings, read_all, reset_setting, set_settings
from leasehold.staff.names import names_of_actors

_PATH = "/administration/settings"


@dataclass(frozen=True, slots=True)
class _Line:
    """One setting on the page: `typed` is in the field, `value` in force, `seen` what the reader saw first."""

    setting: Setting
    words: SettingWords
    value: Value
    typed: str
    seen: str
    error: str | None
    change: LastChange | None
    changed_by: str | None


@pages.page(_PATH, needs=Right.READ_ADMINISTRATION)
def settings() -> ResponseReturnValue:
    """All settings."""
    return _settings_page({}, {})


@pages.page(_PATH, needs=Right.ADMINISTER, methods=("POST",), sensitive=True)
def change_settings() -> ResponseReturnValue:
    """Show what would change, then change it; what somebody else has changed meanwhile is shown first."""
    confirmed = request.form.get("confirmed") == "yes"
    if confirmed and (page := _back_up_first(read_edits(request.form, read_all(driver_connection(db()))))) is not None:
        return page
    connection = driver_connection(db())
    lock_settings(connection)
    edits = read_edits(request.form, read_all(connection))
    if not edits:
        flash(_("Nothing was changed."), "info")
        return redirect(url_for("administration.settings"), HTTPStatus.SEE_OTHER)
    wanted = {edit.name: edit.wanted for edit in edits}
    try:
        check_settings(connection, wanted)
    except SettingsInvalid as refused:
        return _settings_page(request.form, refused.errors), HTTPStatus.UNPROCESSABLE_ENTITY
    stale = any(edit.is_stale for edit in edits)
    if stale or not confirmed:
        return _preview(edits, stale=stale), HTTPStatus.CONFLICT if stale else HTTPStatus.OK
    set_settings(connection, wanted)
    forget_settings()
    flash(ngettext("%(num)s setting changed.", "%(num)s settings changed.", len(edits)), "success")
    return redirect(url_for("administration.settings"), HTTPStatus.SEE_OTHER)


@pages.page(f"{_PATH}/<name>/reset", needs=Right.ADMINISTER, methods=("POST",), sensitive=True)
def reset(name: str) -> ResponseReturnValue:
    """Give one setting its default back."""
    setting = find_setting(name)
    words = words_of(setting)
    title, default = words.title, words.said(setting.default)
    question = _("Set “%(title)s” back to %(value)s?", title=title, value=default)
    if (page := ask_first(question, _("Back to the default"))) is not None:
        return page
    if setting.protected and (page := back_up_first(f"setting {name}")) is not None:
        return page
    try:
        reset_setting(driver_connection(db()), name)
        forget_settings()
    except SettingInvalid as refused:
        typed = {name: str(setting.default)}
        return _settings_page(typed, {name: refused}), HTTPStatus.UNPROCESSABLE_ENTITY
    flash(_("“%(title)s” is %(value)s again.", title=title, value=default), "success")
    return redirect(url_for("administration.settings"), HTTPStatus.SEE_OTHER)


def _back_up_first(edits: Sequence[Edit]) -> ResponseReturnValue | None:
    """The page that `back_up_first` shows, where settings are changed that are protected."""
    protected = [edit.name for edit in edits if find_setting(edit.name).protected]
    return back_up_first(f"setting {', '.join(protected)}") if protected else None


def _settings_page(typed: Mapping[str, str], errors: Mapping[str, SettingInvalid]) -> str:
    connection = driver_connection(db())
    values = read_all(connection)
    changes = read_last_changes(connection)
    names = names_of_actors(db(), {change.actor for change in changes.values()})

    def line(setting: Setting) -> _Line:
        value, change, error = values[setting.name], changes.get(setting.name), errors.get(setting.name)
        return _Line(
            setting,
            words_of(setting),
            value,
            typed.get(setting.name, str(value)),
            typed.get(SEEN_PREFIX + setting.name, str(value)),
            sentence_for(error) if error else None,
            change,
            names.get(change.actor, change.actor) if change else None,
        )

    groups = [(group, [line(setting) for setting in members]) for group, members in in_groups()]
    return render_template(
        "administration/settings.html", groups=groups, errors=[sentence_for(error) for error in errors.values()]
    )


def _preview(edits: Sequence[Edit], *, stale: bool) -> str:
    lines = [(edit, words_of(find_setting(edit.name))) for edit in edits]
    return render_template("administration/settings_preview.html", lines=lines, stale=stale)
