"""Before something sensitive the person proves again who they are; what they had typed stays and goes on."""

from http import HTTPStatus

from flask import make_response, render_template, request, session
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from leasehold.audit.service import record_event
from leasehold.panel.context import Person, db, person
from leasehold.panel.sign_in.attempts import attempt_failed, attempt_was_right, begin_attempt, wait_sentence
from leasehold.panel.sign_in.site import passkey_site
from leasehold.staff.errors import PasskeyRefused
from leasehold.staff.passkeys import accept_passkey, list_passkeys
from leasehold.staff.passwords import password_is_right, read_password_hash
from leasehold.staff.sessions import confirm_session
from leasehold.staff.throttle import Refused

PASSWORD = "confirm_password"  # noqa: S105  # the name of a field
PASSKEY = "confirm_passkey"
QUESTION = "passkey_question"
_OWN_FIELDS = (PASSWORD, PASSKEY, "csrf_token")


def ask_again() -> ResponseReturnValue | None:
    """None where the person has proved within the last minutes who they are, or does so with this very form.

    Else the page that asks: it sends the same form again, with the proof.
    """
    asking = person()
    if asking is None or asking.confirmed:
        return None
    proof = request.method == "POST" and (PASSWORD in request.form or PASSKEY in request.form)
    refusal = _check(asking) if proof else None
    if proof and refusal is None:
        return None
    return _page(asking, refusal)


def _check(asking: Person) -> str | None:
    """None where the proof holds; else the sentence that says what is wrong with it."""
    password_hash = read_password_hash(db(), asking.id)
    admitted = begin_attempt(asking.email, asking.id)
    if isinstance(admitted, Refused):
        return wait_sentence(admitted)
    by = "passkey" if request.form.get(PASSKEY) else "password"
    if by == "passkey":
        right = passkey_holds(asking.id, request.form[PASSKEY]) is not None
    else:
        right = password_is_right(password_hash, request.form.get(PASSWORD, ""))
    if not right:
        attempt_failed(admitted, f"confirmation_{by}", asking.id)
        return str(_("That did not work. Nothing was changed: try again."))
    attempt_was_right(admitted)
    confirm_session(db(), asking.session_id)
    record_event(db(), "confirmed_again", table="staff_members", row_id=str(asking.id), details={"by": by})
    return None


def passkey_holds(member_id: int | None, answer: str) -> int | None:
    """The member whose passkey has answered this browser's question; None where the answer does not hold."""
    site, question = passkey_site(), session.pop(QUESTION, None)
    if site is None or question is None:
        return None
    try:
        return accept_passkey(db(), site, member_id=member_id, question=question, answer=answer)
    except PasskeyRefused:
        return None


def _page(asking: Person, refusal: str | None) -> ResponseReturnValue:
    fields = [(name, value) for name, value in request.form.items(multi=True) if name not in _OWN_FIELDS]
    passkeys = passkey_site() is not None and bool(list_passkeys(db(), asking.id))
    page = render_template(
        "sign_in/confirm_again.html", fields=fields, passkeys=passkeys, sentences=[refusal] if refusal else []
    )
    answer = make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY if refusal else HTTPStatus.OK)
    if "HX-Request" in request.headers:
        answer.headers |= {"HX-Retarget": "body", "HX-Reswap": "innerHTML"}
    return answer
