"""The list of the audit log."""

from dataclasses import replace
from functools import partial
from typing import Final

from flask import url_for
from flask_babel import lazy_gettext as _
from sqlalchemy.orm import Session

from leasehold.audit.lists import AUDIT_ROWS, AuditLine, AuditReader
from leasehold.panel.audit.differences import as_json, changed_fields
from leasehold.panel.audit.words import ACTIONS, TABLES, action_words, actor_words, table_words
from leasehold.panel.lists.table import Cell, Code, Column, Filter, Link, Table
from leasehold.settings.days import begin_of, end_of, time_zone
from leasehold.staff.names import names_of_staff

_LONGEST_ID: Final = 24


def _reader(session: Session) -> AuditReader:
    zone = time_zone(session)
    return AuditReader(names_of_staff(session), partial(begin_of, zone=zone), partial(end_of, zone=zone))


def _object(line: AuditLine) -> Cell:
    row = line.row
    if not row.row_id:
        return table_words(row.table_name)
    href = url_for("audit.show_life", table=row.table_name, row_id=row.row_id)
    id_ = row.row_id if len(row.row_id) <= _LONGEST_ID else f"{row.row_id[:_LONGEST_ID]}…"
    return Link(f"{table_words(row.table_name)} {id_}", href)


def _request(line: AuditLine) -> Cell:
    row = line.row
    if row.request_id is None:
        return None
    return Code(row.request_id, url_for("audit.list_audit", request=row.request_id))


AUDIT_TABLE: Table[AuditReader, AuditLine] = Table(
    listing=AUDIT_ROWS,
    title=_("Audit log"),
    endpoint="audit.list_audit",
    context=_reader,
    row_key=lambda line: str(line.row.id),
    columns=(
        Column(
            "row",
            _("Row"),
            lambda line: Link(str(line.row.id), url_for("audit.show_audit_row", audit_id=line.row.id)),
        ),
        Column("time", _("When"), lambda line: line.row.occurred_at, order="time"),
        Column("who", _("Who"), lambda line: actor_words(line.row.actor, line.actor_name)),
        Column("what", _("What"), lambda line: action_words(line.row)),
        Column("object", _("Object"), _object),
        Column("fields", _("Fields"), lambda line: changed_fields(line.row.before, line.row.after)),
        Column("address", _("From"), lambda line: None if line.row.address is None else str(line.row.address)),
        Column("actor", _("Actor"), lambda line: line.row.actor, shown=False),
        Column("action", _("Action"), lambda line: line.row.action, shown=False),
        Column("table", _("Table"), lambda line: line.row.table_name, shown=False),
        Column("row_id", _("Id"), lambda line: line.row.row_id, shown=False),
        Column("request", _("Request"), _request, shown=False),
        Column("before", _("Before"), lambda line: as_json(line.row.before), shown=False),
        Column("after", _("After"), lambda line: as_json(line.row.after), shown=False),
    ),
    filters=(
        Filter("actor", _("Who (name or actor)")),
        Filter("action", _("What"), choices=lambda: sorted(ACTIONS.items(), key=lambda choice: str(choice[1]))),
        Filter("table", _("Kind of object"), choices=lambda: sorted(TABLES.items(), key=lambda choice: str(choice[1]))),
        Filter("row", _("Id of the object")),
        Filter("request", _("Request")),
        Filter("address", _("From (IP address)")),
        Filter("from", _("From the day"), kind="date"),
        Filter("until", _("Until the day"), kind="date"),
    ),
)

# A file has before and after of every row, unless other columns were chosen.
AUDIT_FILE = replace(AUDIT_TABLE, columns=tuple(replace(column, shown=True) for column in AUDIT_TABLE.columns))
