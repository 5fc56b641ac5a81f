"""Choose a customer by typing a part of the name, or make one."""

import re
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _
from sqlalchemy.orm import Session
from wtforms import BooleanField, RadioField, SelectChoice

from leasehold.customers.editing import CustomerCard, add_customer, read_customer
from leasehold.customers.errors import CustomerAmbiguous, CustomerNotFound
from leasehold.customers.lists import customers_like
from leasehold.customers.models import Customer
from leasehold.customers.service import find_customer
from leasehold.kit.errors import DomainError, Kind
from leasehold.kit.row_ids import read_row_id
from leasehold.kit.text import clean_text
from leasehold.panel.context import may
from leasehold.panel.fields import text
from leasehold.panel.rights import Right
from leasehold.panel.saving import PanelForm

_NUMBERED = re.compile(r".*\(no\. ([0-9]{1,18})\)\s*", re.DOTALL)
_MOST_CANDIDATES = 10
_LONGEST = 260


class CustomerUnclear(DomainError):
    """What was typed may mean several customers; the form offers them."""

    def __init__(self) -> None:
        super().__init__(Kind.INVALID, "customer_unclear", str(_("Which customer is meant? Choose one below.")))


class CustomerChoice(PanelForm):
    """The fields that a customer is chosen by."""

    customer = text(
        _("Customer"), _LONGEST, help_text=_("A part of the name, or the customer's number."), required=True
    )
    customer_id = RadioField(_("Which one?"), choices=[], validate_choice=False)
    new_customer = BooleanField(_("Make a new customer where none has this name"))

    def __init__(self, *arguments: Any, **values: Any) -> None:
        super().__init__(*arguments, **values)
        self.customer.render_kw = {
            "required": True,
            "autocomplete": "off",
            "list": "customer-names",
            "hx-get": url_for("customers.suggest"),
            "hx-trigger": "input changed delay:250ms",
            "hx-target": "#customer-names",
        }
        if not may(Right.CHANGE_CUSTOMERS):
            del self.new_customer

    def chosen(self, session: Session) -> Customer:
        """The customer that is meant, made where that was asked for.

        Raises `CustomerUnclear`, `CustomerNotFound`, and `DomainError` `text_invalid` for the name of a new one.
        """
        typed = clean_text(self.customer.data or "", what=str(_("The customer")), longest=_LONGEST)
        numbered = _NUMBERED.fullmatch(typed)
        number = read_row_id(self.customer_id.data or (numbered[1] if numbered else ""))
        if number is not None:
            return read_customer(session, number)
        try:
            return find_customer(session, typed)
        except CustomerAmbiguous as error:
            self._offer([read_customer(session, id_) for id_ in error.context["ids"][:_MOST_CANDIDATES]])
            raise CustomerUnclear from error
        except CustomerNotFound:
            if self.makes_customer():
                return add_customer(session, CustomerCard(typed))
            return self._nearly(session, typed)

    def makes_customer(self) -> bool:
        """Whether a new customer is asked for, should there be none."""
        return "new_customer" in self and bool(self.new_customer.data)

    def _nearly(self, session: Session, typed: str) -> Customer:
        candidates = list(customers_like(session, typed, limit=_MOST_CANDIDATES))
        if not candidates:
            raise CustomerNotFound(typed)
        self._offer(candidates)
        raise CustomerUnclear

    def _offer(self, candidates: list[Customer]) -> None:
        self.customer_id.choices = [SelectChoice(str(one.id), numbered_name(one)) for one in candidates]


def numbered_name(customer: Customer) -> str:
    """A customer's name that cannot be mistaken for another's; `CustomerChoice` reads it."""
    return f"{customer.institution.name} (no. {customer.id})"
