"""The list of customers."""

from flask import url_for
from flask_babel import lazy_gettext as _

from leasehold.customers.lists import CUSTOMERS
from leasehold.customers.models import Customer
from leasehold.customers.vcards.exporting import cards_of
from leasehold.customers.vocabulary import Language
from leasehold.panel.lists.table import Column, Filter, Link, NewRow, Table
from leasehold.panel.lists.too_many import too_many_customers
from leasehold.panel.rights import Right
from leasehold.panel.words import choices_of, words_for

CUSTOMER_TABLE: Table[None, Customer] = Table(
    listing=CUSTOMERS,
    title=_("Customers"),
    endpoint="customers.list_customers",
    context=lambda _session: None,
    row_key=lambda customer: str(customer.id),
    columns=(
        Column(
            "name",
            _("Name"),
            lambda one: Link(one.institution.name, url_for("customers.show_customer", customer_id=one.id)),
            order="name",
        ),
        Column("legal_form", _("Legal form"), lambda one: one.institution.legal_form),
        Column("website_domain", _("Website domain"), lambda one: one.institution.website_domain),
        Column("language", _("Language"), lambda one: str(words_for(Language(one.institution.language)))),
        Column("since", _("Customer since"), lambda one: one.since, order="newest"),
        Column("number", _("Number"), lambda one: one.id, shown=False, numeric=True),
    ),
    filters=(
        Filter("q", _("Part of the name"), too_many=too_many_customers),
        Filter("language", _("Language"), choices=lambda: choices_of(Language)),
    ),
    cards=lambda session, customers: cards_of(session, [one.institution for one in customers]),
    new=(NewRow("customers.add_customer", _("New customer"), Right.CHANGE_CUSTOMERS),),
)
