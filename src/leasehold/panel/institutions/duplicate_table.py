"""The work list of duplicates."""

from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from leasehold.kit.listing import row_number
from leasehold.leads.duplicates.likeness import Reason
from leasehold.leads.duplicates.lists import PAIRS
from leasehold.leads.duplicates.work_list import Pair, dismiss
from leasehold.panel.context import actor, may
from leasehold.panel.institutions.joining_words import REASONS
from leasehold.panel.lists.table import BulkAct, Cell, Column, Filter, Link, Table
from leasehold.panel.rights import Right


def _institution(institution_id: int, name: str) -> Cell:
    return Link(name, url_for("institutions.show_institution", institution_id=institution_id))


def _comparison(pair: Pair) -> Cell:
    if not may(Right.CHANGE_CUSTOMERS):
        return None
    into_first = url_for("institutions.merge_institution", institution_id=pair.second_id, into=pair.first_id)
    return Link(str(_("Compare")), into_first)


def _dismiss(session: Session, key: str, _form: Any) -> None:
    one, _dash, other = key.partition("-")
    dismiss(session, row_number(one), row_number(other), actor=actor())


DUPLICATE_TABLE: Table[None, Pair] = Table(
    listing=PAIRS,
    title=_("Duplicates"),
    endpoint="duplicates.list_duplicates",
    context=lambda _session: None,
    row_key=lambda pair: f"{pair.first_id}-{pair.second_id}",
    label=lambda pair: f"{pair.first_name} / {pair.second_name}",
    columns=(
        Column("likelihood", _("Likelihood (%)"), lambda pair: pair.score, order="likelihood", numeric=True),
        Column("first", _("One"), lambda pair: _institution(pair.first_id, pair.first_name)),
        Column("second", _("The other"), lambda pair: _institution(pair.second_id, pair.second_name)),
        Column("reasons", _("Why"), lambda pair: ", ".join(str(REASONS[reason]) for reason in pair.reasons)),
        Column("compare", _("Merge"), _comparison),
        Column("customers", _("Customers among them"), lambda pair: pair.customers, shown=False, numeric=True),
        Column("found_at", _("Found"), lambda pair: pair.found_at, order="newest", shown=False),
    ),
    filters=(Filter("reason", _("Why"), choices=lambda: [(reason.value, REASONS[reason]) for reason in Reason]),),
    acts=(
        BulkAct(
            "dismiss",
            _("These are two"),
            lambda count: ngettext(
                "Remember that %(num)s pair is two institutions?",
                "Remember that each of %(num)s pairs is two institutions?",
                count,
            ),
            _dismiss,
            Right.CHANGE_CUSTOMERS,
            icon="x",
        ),
    ),
)
