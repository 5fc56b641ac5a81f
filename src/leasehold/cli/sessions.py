"""`leasehold session …`."""

from datetime import datetime
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from leasehold.cli.arguments import OptionalLicenseKey, ReasonOption, license_key_from, session_token_from
from leasehold.cli.call import Call
from leasehold.cli.output import Fields, rfc3339
from leasehold.cli.paging import all_rows
from leasehold.cli.transaction import transaction
from leasehold.cli.verb import new_group, verb
from leasehold.licensing.device_service import clean_reason
from leasehold.licensing.queries import (
    LiveSessionLine,
    PastSessionLine,
    list_live_sessions,
    list_past_sessions,
)
from leasehold.licensing.service import end_session, find_license

app = new_group()
_LIVE = ("session_token", "license_key", "device_name", "started_at", "last_heartbeat_at", "expires_at")
_ENDED = ("session_token", "license_key", "device_name", "started_at", "ended_at", "end_reason")


@verb(app, "list")
def list_(
    call: Call,
    *,
    license_key: OptionalLicenseKey = None,
    ended: Annotated[bool, typer.Option("--ended", help="Those that ended, in the order in which they did.")] = False,
) -> None:
    """List running sessions, or those that ended."""
    key = None if license_key is None else license_key_from(license_key)
    with transaction(call) as session:
        license_id = None if key is None else find_license(session, key).id
        if ended:
            _list_ended(call, session, license_id)
        else:
            _list_live(call, session, license_id)


@verb(app, "end")
def end(
    call: Call,
    session_token: Annotated[str, typer.Argument(metavar="TOKEN", help="The session's token.", show_default=False)],
    reason: ReasonOption = None,
) -> None:
    """End a running session; one that has ended before is shown as it ended."""
    token = session_token_from(session_token)
    with transaction(call) as session:
        past = end_session(session, token, actor=call.actor, reason=None if reason is None else clean_reason(reason))
    call.show(
        {
            "session_token": str(past.session_token),
            "ended_at": rfc3339(past.ended_at),
            "end_reason": past.end_reason.value,
            "duration": _seconds(past.started_at, past.ended_at),
        }
    )


def _list_live(call: Call, session: Session, license_id: int | None) -> None:
    lines = all_rows(
        lambda after: list_live_sessions(session, license_id=license_id, after=after),
        (0, 0),
        lambda line: (line.session.license_id, line.session.id),
    )
    call.show_list(map(_live_fields, lines), _LIVE)


def _list_ended(call: Call, session: Session, license_id: int | None) -> None:
    def after(key: tuple[datetime, int] | None) -> list[PastSessionLine]:
        return list_past_sessions(session, license_id=license_id, after=key)

    lines = all_rows(after, None, lambda line: (line.session.ended_at, line.session.id))
    call.show_list(map(_ended_fields, lines), _ENDED)


def _fields(line: LiveSessionLine | PastSessionLine) -> Fields:
    return {
        "session_token": str(line.session.session_token),
        "license_key": line.license_key,
        "hardware_fingerprint": line.hardware_fingerprint,
        "device_name": line.device_name,
        "client_version": line.session.client_version,
        "started_at": rfc3339(line.session.started_at),
        "last_heartbeat_at": rfc3339(line.session.last_heartbeat_at),
    }


def _live_fields(line: LiveSessionLine) -> Fields:
    return {**_fields(line), "expires_at": rfc3339(line.expires_at)}


def _ended_fields(line: PastSessionLine) -> Fields:
    return {
        **_fields(line),
        "ended_at": rfc3339(line.session.ended_at),
        "end_reason": line.session.end_reason,
        "duration": _seconds(line.session.started_at, line.session.ended_at),
    }


def _seconds(started_at: datetime, ended_at: datetime) -> int:
    return int((ended_at - started_at).total_seconds())
