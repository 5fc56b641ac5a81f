"""The list of institutions."""

from typing import Any

from flask import url_for
from flask_babel import get_timezone
from flask_babel import lazy_gettext as _

from leasehold.customers.vcards.exporting import cards_of
from leasehold.customers.vocabulary import InstitutionKind, Language
from leasehold.leads.lights import end_of_today
from leasehold.leads.lists import INSTITUTIONS, InstitutionLine
from leasehold.leads.pipeline import list_stages
from leasehold.leads.vocabulary import Lifecycle, Light
from leasehold.panel.context import db
from leasehold.panel.institutions.acts import INSTITUTION_ACTS
from leasehold.panel.institutions.words import stage_badge, stage_words
from leasehold.panel.lists.table import Column, Filter, Link, NewRow, Table
from leasehold.panel.lists.too_many import too_many_institutions
from leasehold.panel.rights import Right
from leasehold.panel.words import badge_for, choices_of
from leasehold.staff.service import list_staff


def _kind(line: InstitutionLine) -> Any:
    kind = line.institution.kind
    return badge_for(InstitutionKind(kind)) if kind else None


INSTITUTION_TABLE: Table[Any, InstitutionLine] = Table(
    listing=INSTITUTIONS,
    title=_("Institutions"),
    endpoint="institutions.list_institutions",
    context=lambda _session: end_of_today(get_timezone()),
    row_key=lambda line: str(line.institution.id),
    label=lambda line: line.institution.name,
    columns=(
        Column(
            "name",
            _("Name"),
            lambda line: Link(
                line.institution.name,
                url_for("institutions.show_institution", institution_id=line.institution.id),
            ),
            order="name",
        ),
        Column("lifecycle", _("What it is to us"), lambda line: badge_for(line.lifecycle)),
        Column("stage", _("Stage"), lambda line: stage_badge(line.stage)),
        Column("days", _("Days in stage"), lambda line: line.days, numeric=True),
        Column("light", _("Next activity"), lambda line: badge_for(line.light)),
        Column("owner", _("Looked after by"), lambda line: line.owner),
        Column("tags", _("Tags"), lambda line: ", ".join(line.institution.tags)),
        Column("website_domain", _("Website domain"), lambda line: line.institution.website_domain),
        Column("legal_form", _("Legal form"), lambda line: line.institution.legal_form, shown=False),
        Column("kind", _("Kind"), _kind, shown=False),
        Column("vat_id", _("VAT id"), lambda line: line.institution.vat_id, shown=False),
        Column("source", _("Source"), lambda line: line.institution.source, shown=False),
        Column("parent", _("Part of"), lambda line: line.parent, shown=False),
        Column("lost_reason", _("Why it was lost"), lambda line: line.institution.lost_reason, shown=False),
        Column("created", _("Created"), lambda line: line.institution.created_at, order="newest", shown=False),
        Column("number", _("Number"), lambda line: line.institution.id, shown=False, numeric=True),
    ),
    filters=(
        Filter("q", _("Part of the name"), too_many=too_many_institutions),
        Filter("lifecycle", _("What it is to us"), choices=lambda: choices_of(Lifecycle)),
        Filter(
            "stage", _("Stage"), choices=lambda: [(str(one.id), stage_words(one.name)) for one in list_stages(db())]
        ),
        Filter("light", _("Next activity"), choices=lambda: choices_of(Light)),
        Filter("owner", _("Looked after by"), choices=lambda: [(str(one.id), one.name) for one in list_staff(db())]),
        Filter("tag", _("Tag")),
        Filter("kind", _("Kind"), choices=lambda: choices_of(InstitutionKind)),
        Filter("language", _("Language"), choices=lambda: choices_of(Language)),
    ),
    acts=INSTITUTION_ACTS,
    cards=lambda session, lines: cards_of(session, [line.institution for line in lines]),
    new=(
        NewRow("institutions.add_institution", _("New institution"), Right.CHANGE_CUSTOMERS),
        NewRow("institutions.import_file", _("Import institutions"), Right.CHANGE_CUSTOMERS, icon="upload"),
        NewRow("institutions.list_imports", _("Imports of institutions"), Right.READ, icon="history"),
    ),
)
