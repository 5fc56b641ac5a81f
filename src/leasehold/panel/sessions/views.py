"""The pages about live sessions, and the page of any session."""

from datetime import datetime
from uuid import UUID

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from leasehold.licensing.device_service import clean_reason
from leasehold.licensing.heartbeat_strip import read_strip
from leasehold.licensing.service import end_session as end
from leasehold.licensing.session_queries import show_session as read_session
from leasehold.licensing.vocabulary import EndReason
from leasehold.panel.context import actor, db
from leasehold.panel.lists.bulk import answer_bulk
from leasehold.panel.lists.page import answer_list
from leasehold.panel.pages import Pages
from leasehold.panel.reasons import Question, ask_reason
from leasehold.panel.rights import Right
from leasehold.panel.sessions.strip import draw
from leasehold.panel.sessions.table import LIVE_TABLE, question_to_end, session_address
from leasehold.panel.words import badge_for, words_for

pages = Pages("sessions")

_REFRESH_SECONDS = 5


@pages.page("/sessions", needs=Right.READ)
def list_live_sessions() -> ResponseReturnValue:
    """All live sessions; the list brings itself up to date."""
    return answer_list(LIVE_TABLE)


@pages.page("/sessions/bulk", needs=Right.CHANGE_LICENSES, methods=("POST",))
def change_many() -> ResponseReturnValue:
    """End many sessions."""
    return answer_bulk(LIVE_TABLE)


@pages.page("/sessions/<uuid:session_token>", needs=Right.READ)
def show_session(session_token: UUID) -> ResponseReturnValue:
    """One session, live or past, and its heartbeats; while it lives the page brings itself up to date."""
    line = read_session(db(), session_token)
    until = _until(request.args.get("until"))
    return render_template(
        "sessions/session.html",
        line=line,
        end_reason=None if line.end_reason is None else badge_for(line.end_reason),
        drawn=draw(read_strip(db(), line, until=until)),
        refresh_seconds=_REFRESH_SECONDS if line.is_live and until is None else None,
    )


@pages.page("/sessions/<uuid:session_token>/end", needs=Right.CHANGE_LICENSES, methods=("GET", "POST"))
def end_session(session_token: UUID) -> ResponseReturnValue:
    """Ask for the reason; then end the session. One that has ended meanwhile is left as it ended."""
    line = read_session(db(), session_token)
    names = [line.device_name, line.whose.license_key, str(session_token)]

    def do(reason: str) -> str:
        ended = end(db(), session_token, actor=actor(), reason=clean_reason(reason))
        if not line.is_live or ended.end_reason is not EndReason.OPERATOR:
            return str(_("The session had ended already: %(reason)s.", reason=words_for(ended.end_reason)))
        return str(_("The session is ended."))

    return ask_reason(Question(_("End"), question_to_end(1), names, session_address(session_token)), do)


def _until(text: str | None) -> datetime | None:
    """The moment that the address asks for; None where it asks for none that there is."""
    try:
        moment = None if text is None else datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None
