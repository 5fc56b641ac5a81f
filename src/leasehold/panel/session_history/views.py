"""The list of sessions that have ended; the page of each is the live ones' too."""

from flask.typing import ResponseReturnValue

from leasehold.panel.lists.page import answer_list
from leasehold.panel.pages import Pages
from leasehold.panel.rights import Right
from leasehold.panel.session_history.table import PAST_TABLE

pages = Pages("session_history")


@pages.page("/session-history", needs=Right.READ)
def list_past_sessions() -> ResponseReturnValue:
    """All sessions that have ended."""
    return answer_list(PAST_TABLE)
