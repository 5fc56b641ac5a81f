"""The list of contacts."""

from collections.abc import Iterator, Sequence
from datetime import date

from flask import url_for
from flask_babel import lazy_gettext as _
from sqlalchemy.orm import Session

from leasehold.customers.contact_lists import CONTACTS, PersonLine
from leasehold.customers.vcards.exporting import cards_of_people
from leasehold.customers.vocabulary import DetailKind, Language
from leasehold.panel.lists.table import Cell, Column, Filter, Link, Table
from leasehold.panel.lists.too_many import too_many_institutions, too_many_people
from leasehold.panel.words import choices_of, words_for
from leasehold.settings.days import today_of


def _name(line: PersonLine) -> Cell:
    if line.place is None:
        return line.contact.last_name
    institution_id, contact_id = line.place.institution_id, line.contact.id
    page = url_for("institutions.show_contact", institution_id=institution_id, contact_id=contact_id)
    return Link(line.contact.last_name, page)


def _institution(line: PersonLine) -> Cell:
    if line.place is None:
        return None
    institution_id = line.place.institution_id
    return Link(line.place.institution, url_for("institutions.show_institution", institution_id=institution_id))


def _cards(session: Session, lines: Sequence[PersonLine]) -> Iterator[str]:
    return cards_of_people(session, [(line.contact.id, line.place.institution_id) for line in lines if line.place])


CONTACT_TABLE: Table[date, PersonLine] = Table(
    listing=CONTACTS,
    title=_("Contacts"),
    endpoint="contacts.list_contacts",
    context=today_of,
    row_key=lambda line: str(line.contact.id),
    columns=(
        Column("last_name", _("Last name"), _name, order="name"),
        Column("first_name", _("First name"), lambda line: line.contact.first_name),
        Column("institution", _("Institution"), _institution),
        Column("role", _("Role"), lambda line: line.place.role if line.place else None),
        Column("email", words_for(DetailKind.EMAIL), lambda line: line.email),
        Column("phone", words_for(DetailKind.PHONE), lambda line: line.phone),
        Column("there", _("Is there now"), lambda line: line.place.is_there if line.place else None, shown=False),
        Column("objects", _("Has objected"), lambda line: line.objects, shown=False),
        Column("title", _("Title"), lambda line: line.contact.title, shown=False),
        Column("language", _("Language"), lambda line: str(words_for(Language(line.contact.language))), shown=False),
        Column("created", _("Created"), lambda line: line.contact.created_at, order="newest", shown=False),
        Column("number", _("Number"), lambda line: line.contact.id, shown=False, numeric=True),
    ),
    filters=(
        Filter("q", _("Part of the name, or an e-mail address"), too_many=too_many_people),
        Filter("institution", _("Part of the institution's name"), too_many=too_many_institutions),
        Filter("language", _("Language"), choices=lambda: choices_of(Language)),
    ),
    cards=_cards,
)
