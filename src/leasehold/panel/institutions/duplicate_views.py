"""The work list of duplicates, and what is found of one institution."""

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from leasehold.customers.institutions import read_institution
from leasehold.customers.merged import check_not_merged
from leasehold.kit.listing import row_number
from leasehold.leads.duplicates import work_list
from leasehold.leads.merging.undoing import merges_into
from leasehold.panel.context import actor, db
from leasehold.panel.institutions.duplicate_table import DUPLICATE_TABLE
from leasehold.panel.institutions.joining_words import REASONS
from leasehold.panel.lists.bulk import answer_bulk
from leasehold.panel.lists.page import answer_list
from leasehold.panel.pages import Pages
from leasehold.panel.rights import Right
from leasehold.panel.saving import go_on
from leasehold.staff.names import names_of_actors

pages = Pages("duplicates")


@pages.page("/duplicates", needs=Right.READ)
def list_duplicates() -> ResponseReturnValue:
    """Pairs that may be one institution, the likeliest first."""
    return answer_list(DUPLICATE_TABLE)


@pages.page("/duplicates/bulk", needs=Right.CHANGE_CUSTOMERS, methods=("POST",))
def act_on_duplicates() -> ResponseReturnValue:
    """Remember of many pairs that they are two institutions each."""
    return answer_bulk(DUPLICATE_TABLE)


@pages.page("/institutions/<int:institution_id>/duplicates", needs=Right.READ)
def show_duplicates(institution_id: int) -> ResponseReturnValue:
    """Whom one institution may be, and what was merged into it."""
    session = db()
    institution = read_institution(session, institution_id)
    check_not_merged(institution)
    found = work_list.look_for_duplicates(session, institution_id)
    merges = merges_into(session, institution_id)
    return render_template(
        "institutions/institution_duplicates.html",
        institution=institution,
        found=found,
        merges=merges,
        names=names_of_actors(session, {one.made_by for one, _name in merges}),
        reasons=REASONS,
    )


@pages.page("/institutions/<int:institution_id>/duplicates/dismiss", needs=Right.CHANGE_CUSTOMERS, methods=("POST",))
def dismiss_duplicate(institution_id: int) -> ResponseReturnValue:
    """Remember that these are two institutions."""
    work_list.dismiss(db(), institution_id, row_number(request.form.get("other", "")), actor=actor())
    flash(_("These are two institutions, which is remembered."), "success")
    return go_on("duplicates.show_duplicates", institution_id=institution_id)
