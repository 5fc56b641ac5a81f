"""The pages of the audit log: the list, one row, the life of one object."""

from collections.abc import Sequence

from flask import render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from leasehold.audit import queries
from leasehold.audit.models import AuditRow
from leasehold.audit.queries import PAGE, list_life, personal_values, with_values
from leasehold.kit.row_ids import read_row_id
from leasehold.panel.audit import verification_views  # noqa: F401  # it adds its pages
from leasehold.panel.audit.differences import Difference, differences
from leasehold.panel.audit.objects import page_of_object
from leasehold.panel.audit.subject import pages
from leasehold.panel.audit.table import AUDIT_FILE, AUDIT_TABLE
from leasehold.panel.context import db
from leasehold.panel.lists.page import answer_list
from leasehold.panel.rights import Right
from leasehold.staff.names import names_of_actors

__all__ = ["pages"]


@pages.page("/audit", needs=Right.READ_ADMINISTRATION)
def list_audit() -> ResponseReturnValue:
    """Everything that was done."""
    return answer_list(AUDIT_FILE if "format" in request.args else AUDIT_TABLE, template="audit/list.html")


@pages.page("/audit/<int:audit_id>", needs=Right.READ_ADMINISTRATION)
def show_audit_row(audit_id: int) -> ResponseReturnValue:
    """One row: before and after, its place in the chain, the rows around it."""
    detail = queries.show_audit_row(db(), audit_id, with_personal=True)
    if detail is None:
        raise NotFound
    row = detail.row
    return render_template(
        "audit/row.html",
        it=detail,
        name=names_of_actors(db(), {row.actor})[row.actor],
        differences=differences(detail.before, detail.after),
        object_page=page_of_object(db(), row.table_name, row.row_id or ""),
    )


@pages.page("/audit/objects/<table>/<path:row_id>", needs=Right.READ_ADMINISTRATION)
def show_life(table: str, row_id: str) -> ResponseReturnValue:
    """Everything that happened to one object, in the order in which it did."""
    after_id = read_row_id(request.args.get("after", "")) or 0
    rows = list_life(db(), table, row_id, after_id=after_id, limit=PAGE + 1)
    if not rows and not after_id:
        raise NotFound
    shown = rows[:PAGE]
    return render_template(
        "audit/life.html",
        table=table,
        row_id=row_id,
        rows=_with_differences(shown),
        names=names_of_actors(db(), {row.actor for row in shown}),
        more=shown[-1].id if len(rows) > PAGE else None,
        object_page=page_of_object(db(), table, row_id),
    )


def _with_differences(rows: Sequence[AuditRow]) -> list[tuple[AuditRow, list[Difference]]]:
    values = personal_values(db(), [row.id for row in rows])
    found = []
    for row in rows:
        mine = values.get(row.id, {})
        before, after = with_values(row.before, mine, side="before"), with_values(row.after, mine, side="after")
        found.append((row, differences(before, after)))
    return found
