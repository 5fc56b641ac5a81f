"""API keys: generate, show once, rename, rotate, revoke."""

from datetime import datetime
from http import HTTPStatus

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import Form

from leasehold.api_keys.errors import ApiKeyMadeAlready
from leasehold.api_keys.lists import read_now
from leasehold.api_keys.models import ApiKey
from leasehold.api_keys.rotation import rotate_api_key, successor_of
from leasehold.api_keys.service import create_api_key, find_api_key, rename_api_key, revoke_api_key
from leasehold.api_keys.states import is_usable, state_of
from leasehold.kit.errors import DomainError
from leasehold.panel.administration.key_forms import SCOPE_WORDS, NewKeyForm, RenameForm, RotationForm
from leasehold.panel.administration.key_table import API_KEY_TABLE
from leasehold.panel.administration.server_address import server_address
from leasehold.panel.administration.subject import pages
from leasehold.panel.confirmations import ask_first
from leasehold.panel.context import db
from leasehold.panel.lists.bulk import answer_bulk
from leasehold.panel.lists.page import answer_list
from leasehold.panel.problems import STATUS_OF
from leasehold.panel.refusals import sentence_for
from leasehold.panel.rights import Right
from leasehold.panel.words import badge_for
from leasehold.settings.days import day_ends

_PATH = "/administration/api-keys"


@pages.page(_PATH, needs=Right.READ_ADMINISTRATION)
def list_api_keys() -> ResponseReturnValue:
    """All keys, also those that work no more."""
    return answer_list(API_KEY_TABLE, template="administration/keys.html")


@pages.page(f"{_PATH}/bulk", needs=Right.ADMINISTER, methods=("POST",), sensitive=True)
def change_api_keys() -> ResponseReturnValue:
    """Revoke many."""
    return answer_bulk(API_KEY_TABLE)


@pages.page(f"{_PATH}/new", needs=Right.ADMINISTER)
def new_api_key() -> ResponseReturnValue:
    """The form for a new key."""
    return _new_key_page(NewKeyForm())


@pages.page(f"{_PATH}/new", needs=Right.ADMINISTER, methods=("POST",), sensitive=True)
def generate_api_key() -> ResponseReturnValue:
    """Make a key, and show it this once: on this answer, and nowhere else."""
    form = NewKeyForm(request.form)
    if not form.validate():
        return _new_key_page(form), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        key, text = create_api_key(
            db(),
            name=form.name.data,
            scopes=form.scopes.data,
            expires_at=_last_moment(form),
            form_id=form.sent_as(),
        )
    except DomainError as error:
        return _new_key_page(form, error), STATUS_OF[error.kind]
    return _shown_once(key, text), HTTPStatus.CREATED


@pages.page(f"{_PATH}/<int:key_id>", needs=Right.READ_ADMINISTRATION)
def show_api_key(key_id: int) -> ResponseReturnValue:
    """One key."""
    key = find_api_key(db(), str(key_id))
    return _key_page(key, RenameForm(name=key.name, before=key.name))


@pages.page(f"{_PATH}/<int:key_id>/rename", needs=Right.ADMINISTER, methods=("POST",), sensitive=True)
def rename(key_id: int) -> ResponseReturnValue:
    """Call it by another name."""
    form = RenameForm(request.form)
    key = find_api_key(db(), str(key_id))
    if not form.validate():
        return _key_page(key, form), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        key = rename_api_key(db(), key_id, before=form.before.data, name=form.name.data)
    except DomainError as error:
        form.name.errors = [*form.name.errors, sentence_for(error)]
        form.before.data = key.name  # whoever has read the sentence may go on
        return _key_page(key, form), STATUS_OF[error.kind]
    flash(_("The API key is called %(name)s now.", name=key.name), "success")
    return redirect(_page_of(key), HTTPStatus.SEE_OTHER)


@pages.page(f"{_PATH}/<int:key_id>/revoke", needs=Right.ADMINISTER, methods=("POST",), sensitive=True)
def revoke(key_id: int) -> ResponseReturnValue:
    """Let it in no more."""
    key = find_api_key(db(), str(key_id))
    question = _("Revoke %(name)s? Within a second it is refused everywhere, for good.", name=key.name)
    if (page := ask_first(question, _("Revoke"))) is not None:
        return page
    revoke_api_key(db(), str(key_id))
    flash(_("The API key %(name)s is revoked.", name=key.name), "success")
    return redirect(_page_of(key), HTTPStatus.SEE_OTHER)


@pages.page(f"{_PATH}/<int:key_id>/rotate", needs=Right.ADMINISTER)
def rotation(key_id: int) -> ResponseReturnValue:
    """The form for a new key in the place of this one."""
    return _rotation_page(find_api_key(db(), str(key_id)), RotationForm())


@pages.page(f"{_PATH}/<int:key_id>/rotate", needs=Right.ADMINISTER, methods=("POST",), sensitive=True)
def rotate(key_id: int) -> ResponseReturnValue:
    """Make the new key, and show it this once."""
    form = RotationForm(request.form)
    old = find_api_key(db(), str(key_id))
    if not form.validate():
        return _rotation_page(old, form), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        key, text = rotate_api_key(
            db(),
            str(key_id),
            overlap_hours=form.overlap_hours.data,
            expires_at=_last_moment(form),
            form_id=form.sent_as(),
        )
    except DomainError as error:
        return _rotation_page(old, form, error), STATUS_OF[error.kind]
    return _shown_once(key, text, old=find_api_key(db(), str(key_id))), HTTPStatus.CREATED


def _new_key_page(form: NewKeyForm, error: DomainError | None = None) -> str:
    return render_template(
        "administration/new_key.html", form=form, refusals=_said(error), scopes=SCOPE_WORDS, made=_made(error)
    )


def _rotation_page(key: ApiKey, form: RotationForm, error: DomainError | None = None) -> str:
    return render_template(
        "administration/rotate_key.html", key=key, form=form, refusals=_said(error), made=_made(error)
    )


def _key_page(key: ApiKey, form: RenameForm) -> str:
    now = read_now(db())
    return render_template(
        "administration/key.html",
        key=key,
        form=form,
        state=badge_for(state_of(key, now)),
        usable=is_usable(key, now),
        successor=successor_of(db(), key),
        scopes=SCOPE_WORDS,
    )


def _shown_once(key: ApiKey, text: str, *, old: ApiKey | None = None) -> str:
    return render_template("administration/key_made.html", key=key, text=text, old=old, server=server_address())


def _said(error: DomainError | None) -> list[str]:
    return [sentence_for(error)] if error else []


def _made(error: DomainError | None) -> bool:
    return isinstance(error, ApiKeyMadeAlready)


def _last_moment(form: Form) -> datetime | None:
    day = form.expires.data
    return day_ends(db(), None if day is None else day.isoformat())


def _page_of(key: ApiKey) -> str:
    return url_for("administration.show_api_key", key_id=key.id)
