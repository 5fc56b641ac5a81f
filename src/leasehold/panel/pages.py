"""Pages: a blueprint whose every route says what right it needs, and commits what its view has done."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

from flask import Blueprint, Flask, current_app, redirect, request, url_for
from flask.sansio.app import App
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Forbidden, NotFound

from leasehold.panel.context import finish, may, person
from leasehold.panel.rights import Right
from leasehold.panel.sign_in.confirmation import ask_again

P = ParamSpec("P")
View = Callable[P, ResponseReturnValue]

_NEEDS = "leasehold.needs"
_LARGEST_BODIES = "leasehold.largest_bodies"


class Pages(Blueprint):
    """The pages of one subject; their templates are in `templates/<name>/`."""

    def __init__(self, name: str) -> None:
        super().__init__(name, __name__)

    def page(
        self,
        rule: str,
        *,
        needs: Right,
        methods: tuple[str, ...] = ("GET",),
        sensitive: bool = False,
        largest_body: int | None = None,
        **options: Any,
    ) -> Callable[[View[P]], View[P]]:
        """Serve the view at `rule` to who has the right `needs`.

        What it changes is committed when it returns, and rolled back where it raises. Where it is `sensitive`, the
        person has to prove again first who they are, unless they did within the last minutes. `largest_body` is how
        many bytes a form may have here, where that is more than elsewhere.
        """

        def register(view: View[P]) -> View[P]:
            @wraps(view)
            def in_transaction(*arguments: P.args, **values: P.kwargs) -> ResponseReturnValue:
                asked = ask_again() if sensitive else None
                answer = view(*arguments, **values) if asked is None else asked
                finish(keep=True)
                return answer

            endpoint = options.pop("endpoint", view.__name__)
            self.add_url_rule(rule, endpoint, in_transaction, methods=methods, **options)
            self.record(lambda state: _remember(state.app, _NEEDS, f"{self.name}.{endpoint}", needs))
            if largest_body is not None:
                self.record(
                    lambda state: _remember(state.app, _LARGEST_BODIES, f"{self.name}.{endpoint}", largest_body)
                )
            return view

        return register


def need_of(app: Flask, endpoint: str) -> Right | None:
    """What right an endpoint needs; None where none was said, which shuts it to everybody."""
    needs: dict[str, Right] = app.extensions.get(_NEEDS, {})
    return needs.get(endpoint)


def allow(app: Flask, endpoint: str, needs: Right) -> None:
    """Say what right an endpoint needs that is not ours (static files, an extension's)."""
    _remember(app, _NEEDS, endpoint, needs)


def allow_large_body() -> None:
    """Before each request, and before anybody reads its form: some pages take more than others."""
    largest: dict[str, int] = current_app.extensions.get(_LARGEST_BODIES, {})
    if request.endpoint in largest:
        request.max_content_length = largest[request.endpoint]


def check_right() -> ResponseReturnValue | None:
    """Before each request: shut to everybody without the right, and to all where nobody said which."""
    if request.endpoint is None:
        return None
    if "\0" in request.path:  # no text of the database has one
        raise NotFound
    needs = need_of(current_app, request.endpoint)
    if needs is not None and may(needs):
        return None
    if person() is None and needs is not None:
        return redirect(url_for("sign_in.sign_in", next=_here()))
    raise Forbidden


def _here() -> str | None:
    """Where to go on after signing in: only what can be asked for again."""
    return request.full_path.rstrip("?") if request.method == "GET" and request.path != "/" else None


def _remember(app: App, what: str, endpoint: str, said: Right | int) -> None:
    app.extensions.setdefault(what, {})[endpoint] = said
