"""Answer a list's address: its page, the part of it that htmx asks for, or its export."""

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from leasehold.kit.listing import COUNT_CAP, count_rows, filters_cut_short, read_page
from leasehold.panel.context import db, may, person
from leasehold.panel.lists.asked import PAGE_SIZES, Asked, read_asked
from leasehold.panel.lists.export import export
from leasehold.panel.lists.table import Table
from leasehold.staff.saved_views import SavedView, list_views

_TEMPLATE = "lists/list.html"


def answer_list(table: Table[Any, Any], *, template: str = _TEMPLATE, **extras: Any) -> ResponseReturnValue:
    """The list as the address asks for it; `extras` go to `template`, which extends `lists/list.html`."""
    views = _views(table)
    if not request.args and (default := _default(views)) is not None:
        return redirect(f"{url_for(table.endpoint)}?{default.query}&view={default.id}")
    asked = read_asked(table, request.args)
    wanted_format = request.args.get("format")
    if wanted_format in table.formats:
        return export(table, asked, wanted_format)
    session = db()
    context = table.context(session)
    page = read_page(session, table.listing, asked.wanted, context)
    count = count_rows(session, table.listing, asked.filters, context)
    part = "lists/rows.html" if request.headers.get("HX-Target") == "list" else template
    return render_template(
        part,
        table=table,
        asked=asked,
        columns=asked.shown_columns(table),
        page=page,
        count=count,
        count_cap=COUNT_CAP,
        notes=_notes(table, asked),
        sizes=PAGE_SIZES,
        acts=[act for act in table.acts if may(act.needs)],
        views=views,
        view=_view_in_use(views),
        order=asked.order or table.listing.default_order,
        **extras,
    )


def _notes(table: Table[Any, Any], asked: Asked) -> list[str]:
    """What the reader must know of filters that do not search everything."""
    cut_short = filters_cut_short(db(), table.listing, asked.filters)
    return [part.too_many(cut_short[part.name]) for part in table.filters if part.too_many and part.name in cut_short]


def _views(table: Table[Any, Any]) -> list[SavedView]:
    asking = person()
    return [] if asking is None else list(list_views(db(), asking.id, table.name))


def _default(views: list[SavedView]) -> SavedView | None:
    asking = person()
    return next((view for view in views if view.is_default and asking and view.staff_member_id == asking.id), None)


def _view_in_use(views: list[SavedView]) -> SavedView | None:
    return next((view for view in views if str(view.id) == request.args.get("view")), None)


def is_as_saved(view: SavedView, asked: Asked) -> bool:
    """Whether the list still is what was saved."""
    return view.query == asked.query(place=False)
