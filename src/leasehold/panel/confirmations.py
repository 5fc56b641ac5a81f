"""Nothing is destroyed by one click: the person is asked first, and told what will happen."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

_CONFIRMED = "confirmed"
_NOT_AGAIN = ("csrf_token", "confirm_password", "confirm_passkey")


def ask_first(question: str, label: str) -> ResponseReturnValue | None:
    """None where the person has agreed; else the page that asks `question`, with a button `label` that goes on.

    The dialog of `panel.js` has asked the same already where the browser runs scripts.
    """
    if request.form.get(_CONFIRMED) == "yes":
        return None
    return render_template("confirm.html", question=question, label=label, fields=fields_to_send_again())


def fields_to_send_again() -> list[tuple[str, str]]:
    """What was typed into the form and may be sent with it once more."""
    return [(name, value) for name, value in request.form.items(multi=True) if name not in _NOT_AGAIN]
