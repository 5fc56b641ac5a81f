"""Is the log what was written? How far it is sealed, verifying it now, the latest checkpoint to keep elsewhere."""

from http import HTTPStatus

from flask import Response, current_app, flash, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from leasehold.audit.checkpoints import WITNESS_NAME
from leasehold.audit.sealed_state import latest_checkpoint, read_sealed_state
from leasehold.kit.errors import DomainError, Kind
from leasehold.kit.signing import load_key_ring
from leasehold.panel.audit.subject import pages
from leasehold.panel.audit.verifying import Verifier
from leasehold.panel.context import db, installation
from leasehold.panel.rights import Right

_EXTENSION = "leasehold.audit_verifier"


def _install(state: BlueprintSetupState) -> None:
    state.app.extensions[_EXTENSION] = Verifier()


pages.record(_install)


def verifier() -> Verifier:
    """The one of this application."""
    found: Verifier = current_app.extensions[_EXTENSION]
    return found


@pages.page("/audit/verification", needs=Right.READ_ADMINISTRATION)
def verification() -> ResponseReturnValue:
    """The state of the seals, and what the latest verification said."""
    progress = verifier().progress
    if request.headers.get("HX-Target") == "verification":
        return render_template("audit/_verification.html", progress=progress)
    state = read_sealed_state(db(), load_key_ring(installation().configuration.data_dir))
    return render_template("audit/verification.html", progress=progress, state=state)


@pages.page("/audit/verification", needs=Right.READ_ADMINISTRATION, methods=("POST",))
def verify_now() -> ResponseReturnValue:
    """Begin to verify the whole log, unless that is being done already."""
    if not verifier().start(installation()):
        flash(_("The audit log is being verified already."), "info")
    return redirect(url_for("audit.verification"), HTTPStatus.SEE_OTHER)


@pages.page("/audit/checkpoint", needs=Right.READ_ADMINISTRATION)
def download_checkpoint() -> ResponseReturnValue:
    """The latest signed checkpoint, to be kept where nobody here can change it."""
    token = latest_checkpoint(db())
    if token is None:
        detail = _("Nothing has been sealed yet: the worker does so every second, so see whether it runs.")
        raise DomainError(Kind.NOT_FOUND, "checkpoint_not_found", detail)
    answer = Response(f"{token}\n", content_type="application/jose")
    answer.headers.set("Content-Disposition", "attachment", filename=WITNESS_NAME)
    return answer
