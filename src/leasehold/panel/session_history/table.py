"""The list of sessions that have ended."""

from flask_babel import lazy_gettext as _

from leasehold.licensing.lists import ListTime, read_list_time
from leasehold.licensing.products import list_products
from leasehold.licensing.session_lists import PAST_SESSIONS
from leasehold.licensing.session_queries import SessionLine
from leasehold.licensing.vocabulary import EndReason
from leasehold.panel.context import db
from leasehold.panel.durations import lasting
from leasehold.panel.lists.table import Cell, Column, Filter, Table
from leasehold.panel.lists.too_many import too_many_devices
from leasehold.panel.sessions.table import SESSION_COLUMNS
from leasehold.panel.words import badge_for, choices_of


def _reason(line: SessionLine) -> Cell:
    return None if line.end_reason is None else badge_for(line.end_reason)


PAST_TABLE: Table[ListTime, SessionLine] = Table(
    listing=PAST_SESSIONS,
    title=_("Session history"),
    endpoint="session_history.list_past_sessions",
    context=read_list_time,
    row_key=lambda line: str(line.session.session_token),
    columns=(
        *SESSION_COLUMNS,
        Column("started", _("Started"), lambda line: line.session.started_at),
        Column("ended", _("Ended"), lambda line: line.ended_at, order="ended"),
        Column("duration", _("Duration"), lambda line: lasting(line.duration), numeric=True),
        Column("seconds", _("Seconds"), lambda line: int(line.duration.total_seconds()), shown=False, numeric=True),
        Column("end_reason", _("Why it ended"), _reason),
    ),
    filters=(
        Filter("q", _("License key, session or fingerprint"), too_many=too_many_devices),
        Filter("product", _("Product"), choices=lambda: [(str(one.id), one.name) for one in list_products(db())]),
        Filter("end_reason", _("Why it ended"), choices=lambda: choices_of(EndReason)),
        Filter("ended_from", _("Ended from"), kind="date"),
        Filter("ended_until", _("Ended until"), kind="date"),
    ),
)
