"""The list of live sessions, and the columns that it shares with the list of past ones."""

from typing import Any
from uuid import UUID

from flask import url_for
from flask_babel import lazy_gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from leasehold.licensing.device_service import clean_reason
from leasehold.licensing.errors import session_not_found
from leasehold.licensing.finding import parse_token
from leasehold.licensing.lists import ListTime, read_list_time
from leasehold.licensing.products import list_products
from leasehold.licensing.service import end_session
from leasehold.licensing.session_lists import LIVE_SESSIONS
from leasehold.licensing.session_queries import SessionLine
from leasehold.panel.context import actor, db
from leasehold.panel.durations import lasting
from leasehold.panel.lists.table import BulkAct, Code, Column, Filter, Link, Table
from leasehold.panel.lists.too_many import too_many_customers, too_many_devices
from leasehold.panel.reasons import ReasonForm
from leasehold.panel.rights import Right


def session_address(token: UUID) -> str:
    """The page of a session."""
    return url_for("sessions.show_session", session_token=token)


def question_to_end(count: int) -> str:
    """What is asked before live sessions are ended."""
    return str(
        ngettext(
            "End %(num)s session? Its seat is free at once; the software may start a new one.",
            "End %(num)s sessions? Their seats are free at once; the software may start new ones.",
            count,
        )
    )


def _end(session: Session, key: str, form: Any) -> None:
    token = parse_token(key)
    if token is None:
        raise session_not_found()
    end_session(session, token, actor=actor(), reason=clean_reason(form.reason.data))


SESSION_COLUMNS: tuple[Column[SessionLine], ...] = (
    Column(
        "device", _("On the device"), lambda line: Link(line.device_name, session_address(line.session.session_token))
    ),
    Column(
        "session",
        _("Session"),
        lambda line: Code(str(line.session.session_token), session_address(line.session.session_token)),
        shown=False,
    ),
    Column(
        "license_key",
        _("License"),
        lambda line: Code(line.whose.license_key, url_for("licenses.show_license", license_key=line.whose.license_key)),
    ),
    Column(
        "customer",
        _("Customer"),
        lambda line: Link(line.whose.customer, url_for("customers.show_customer", customer_id=line.whose.customer_id)),
    ),
    Column("product", _("Product"), lambda line: line.whose.product),
    Column("hardware_fingerprint", _("Fingerprint"), lambda line: Code(line.hardware_fingerprint), shown=False),
    Column("client_version", _("Version"), lambda line: line.session.client_version, shown=False),
)

LIVE_TABLE: Table[ListTime, SessionLine] = Table(
    listing=LIVE_SESSIONS,
    title=_("Live sessions"),
    endpoint="sessions.list_live_sessions",
    context=read_list_time,
    row_key=lambda line: str(line.session.session_token),
    columns=(
        *SESSION_COLUMNS,
        Column("started", _("Started"), lambda line: line.session.started_at, order="started"),
        Column("duration", _("Duration"), lambda line: lasting(line.duration), shown=False, numeric=True),
        Column("silence", _("Silent for"), lambda line: lasting(line.silence), numeric=True),
        Column(
            "silent_seconds",
            _("Seconds since heartbeat"),
            lambda line: int(line.silence.total_seconds()),
            shown=False,
            numeric=True,
        ),
        Column("dies_at", _("Dies at"), lambda line: line.dies_at),
    ),
    filters=(
        Filter("q", _("License key, session or fingerprint"), too_many=too_many_devices),
        Filter("product", _("Product"), choices=lambda: [(str(one.id), one.name) for one in list_products(db())]),
        Filter("customer", _("Customer"), too_many=too_many_customers),
    ),
    acts=(BulkAct("end", _("End"), question_to_end, _end, Right.CHANGE_LICENSES, form=ReasonForm, icon="player-stop"),),
    refresh_seconds=5,
)
