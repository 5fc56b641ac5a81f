"""The board: every stage with its leads, moved from one to another by a form."""

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import get_timezone

from leasehold.kit.row_ids import read_row_id
from leasehold.leads.lists import board
from leasehold.panel.context import db
from leasehold.panel.institutions.words import stage_words
from leasehold.panel.pages import Pages
from leasehold.panel.rights import Right
from leasehold.staff.service import list_staff

pages = Pages("board")


@pages.page("/pipeline", needs=Right.READ)
def show_board() -> ResponseReturnValue:
    """The leads by stage; of one member of the staff where the address names one."""
    owner_id = read_row_id(request.args.get("owner", ""))
    return render_template(
        "institutions/board.html",
        columns=board(db(), get_timezone(), owner_id=owner_id),
        staff=list_staff(db()),
        owner_id=owner_id,
        stage_words=stage_words,
    )
