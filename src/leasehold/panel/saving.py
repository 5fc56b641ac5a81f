"""A form that is sent: read, carried out, or shown again with what was typed and the reason."""

from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any, ClassVar

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import Form

from leasehold.kit.errors import DomainError, Stale
from leasehold.panel.context import finish
from leasehold.panel.locale import language
from leasehold.panel.problems import STATUS_OF
from leasehold.panel.refusals import sentence_for


class PanelForm(Form):  # type: ignore[misc]  # wtforms has no types
    """A form of the panel. `refusals` are sentences about the whole of it, `status` is what its page answers with."""

    class Meta:
        """The messages of wtforms speak the reader's language too."""

        @property
        def locales(self) -> list[str]:
            """The reader's language."""
            return [language()]

    first: ClassVar[tuple[str, ...]] = ()
    """The names of the fields that come before all others."""

    def __iter__(self) -> Iterator[Any]:
        places = {name: place for place, name in enumerate(self.first)}
        return iter(sorted(super().__iter__(), key=lambda field: places.get(field.short_name, len(places))))

    def __init__(self, *arguments: Any, **values: Any) -> None:
        super().__init__(*arguments, **values)
        self.refusals: list[str] = []
        self.status = HTTPStatus.OK
        self.is_stale = False

    @classmethod
    def read(cls, **values: Any) -> Any:
        """The form as it was sent; with `values` where it is only looked at."""
        return cls(request.form if request.method == "POST" else None, **values)

    def refuse(self, error: DomainError) -> None:
        """Say why the form was not carried out; what it had begun is rolled back."""
        finish(keep=False)
        self.refusals.append(sentence_for(error))
        self.status = STATUS_OF[error.kind]
        self.is_stale = isinstance(error, Stale)


def save_form(form: PanelForm, save: Callable[[], str]) -> ResponseReturnValue | None:
    """The way on, to the address that `save` answers, once it has done what the form asks.

    None where the form was not sent, is not valid, or a service refuses: then its page is shown, with `form.status`.
    """
    return carry_out(form, save) if is_valid(form) else None


def carry_out(form: PanelForm, save: Callable[[], str]) -> ResponseReturnValue | None:
    """The same for a form that is valid."""
    try:
        return redirect(save(), HTTPStatus.SEE_OTHER)
    except DomainError as error:
        form.refuse(error)
        return None


def is_valid(form: PanelForm) -> bool:
    """Whether the form was sent, and everything in it can be read."""
    if request.method != "POST":
        return False
    if form.validate():
        return True
    form.status = HTTPStatus.UNPROCESSABLE_ENTITY
    form.refusals.append(_("Something is not as it should be: look at the fields below."))
    return False


def go_on(endpoint: str, **values: Any) -> ResponseReturnValue:
    """The answer to an act that is done: on to a page that can be looked at again."""
    return redirect(url_for(endpoint, **values), HTTPStatus.SEE_OTHER)
