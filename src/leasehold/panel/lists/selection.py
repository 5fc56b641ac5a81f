"""Which rows a bulk act is meant for, signed, so that what was confirmed is what is done."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from flask import current_app
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy.orm import Session
from werkzeug.datastructures import ImmutableMultiDict, MultiDict

from leasehold.kit.listing import ListInvalid, stream_rows
from leasehold.panel.lists.asked import read_asked
from leasehold.panel.lists.table import Table

MOST_AT_ONCE = 2000
_LIFETIME_SECONDS = 3600
_SALT = "leasehold.selection"


@dataclass(frozen=True, slots=True)
class Selection:
    """Rows by their keys: those that were chosen, or all that a list's address lets through just now."""

    keys: tuple[str, ...]
    query: str | None = None

    def sign(self, table: Table[Any, Any]) -> str:
        """What the confirmation carries: the choice, and for a whole list also what was in it."""
        return _serializer().dumps([table.name, self.query, list(self.keys)])


def read_selection(
    session: Session, table: Table[Any, Any], form: "ImmutableMultiDict[str, str]"
) -> tuple[Selection, bool]:
    """The rows that are meant, and whether just these were confirmed.

    Raises `ListInvalid` where none is chosen, or too many.
    """
    confirmed = _confirmed(table, form.get("selection", ""))
    query = confirmed.query if confirmed else form.get("query") if form.get("everything") == "yes" else None
    if query is not None:
        selection = Selection(_all_keys(session, table, query), query)
    else:
        selection = confirmed or Selection(tuple(dict.fromkeys(form.getlist("chosen"))))
    _check_size(len(selection.keys))
    return selection, confirmed == selection


def _confirmed(table: Table[Any, Any], signed: str) -> Selection | None:
    try:
        name, query, keys = _serializer().loads(signed, max_age=_LIFETIME_SECONDS)
    except BadSignature:
        return None
    return Selection(tuple(keys), query) if name == table.name else None


def _all_keys(session: Session, table: Table[Any, Any], query: str) -> tuple[str, ...]:
    asked = read_asked(table, MultiDict(parse_qs(query)))
    keys: list[str] = []
    for row in stream_rows(session, table.listing, asked.wanted, table.context(session)):
        keys.append(table.row_key(row))
        if len(keys) > MOST_AT_ONCE:
            break
    return tuple(keys)


def _check_size(count: int) -> None:
    if count == 0:
        detail = "No row is chosen: mark some, or choose all that the filters let through."
        raise ListInvalid(detail, {"problem": "nothing_chosen"})
    if count > MOST_AT_ONCE:
        detail = f"At most {MOST_AT_ONCE} rows can be changed at once: filter the list further."
        raise ListInvalid(detail, {"problem": "too_many_chosen", "most": MOST_AT_ONCE})


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt=_SALT)
