"""A tester: sends a validate request to the license server, and shows and explains the answer."""

import shlex
from http import HTTPStatus

import msgspec
from flask import render_template, request
from flask.typing import ResponseReturnValue

from leasehold.licensing.commands import Validate
from leasehold.licensing.outcomes import Outcome
from leasehold.licensing.run_one import run_one
from leasehold.panel.administration.code_words import EXPLAINED
from leasehold.panel.administration.server_address import server_address
from leasehold.panel.administration.subject import pages
from leasehold.panel.administration.tester_call import VALIDATE_PATH, Reply, ServerSilent, ask_validate
from leasehold.panel.administration.tester_form import AS_PANEL, TesterForm
from leasehold.panel.context import actor, db, finish, installation
from leasehold.panel.rights import Right

_PATH = "/administration/tester"


@pages.page(_PATH, needs=Right.ADMINISTER)
def tester() -> ResponseReturnValue:
    """The form."""
    return _page(TesterForm())


@pages.page(_PATH, needs=Right.ADMINISTER, methods=("POST",))
def send() -> ResponseReturnValue:
    """Send it, and show what came back."""
    form = TesterForm(request.form)
    if not form.validate():
        return _page(form), HTTPStatus.UNPROCESSABLE_ENTITY
    asked = form.request()
    if form.way.data == AS_PANEL:
        # The page is made before the decision commits: `run_one` is the last to touch the database.
        return _page(form, asked, decided=_decide(asked))
    finish(keep=False)  # no transaction stays open while we wait for another program
    try:
        return _page(form, asked, reply=ask_validate(installation().configuration, asked, form.secret_key.data))
    except ServerSilent as silent:
        return _page(form, asked, silent=str(silent))


def _decide(asked: dict[str, str]) -> Outcome:
    command = Validate(asked["license_key"], asked.get("hardware_fingerprint"), asked.get("product"))
    return run_one(db(), command, actor())


def _page(
    form: TesterForm,
    asked: dict[str, str] | None = None,
    *,
    reply: Reply | None = None,
    decided: Outcome | None = None,
    silent: str | None = None,
) -> str:
    code = decided.code.value if decided else reply.code if reply else None
    return render_template(
        "administration/tester.html",
        form=form,
        reply=reply,
        decided=decided,
        silent=silent,
        explained=EXPLAINED.get(code) if code else None,
        curl=None if asked is None else _curl(asked),
        server=server_address(),
    )


def _curl(asked: dict[str, str]) -> str:
    """The same request for a terminal; the API key is the reader's to put in."""
    body = shlex.quote(msgspec.json.encode(asked).decode())
    headers = "-H \"X-API-Key: $API_KEY\" -H 'Content-Type: application/json'"
    return f"curl -s {shlex.quote(server_address() + VALIDATE_PATH)} {headers} -d {body}"
