"""`leasehold customer …`."""

from typing import Annotated

import typer

from leasehold.cli.call import Call
from leasehold.cli.output import Fields, rfc3339
from leasehold.cli.paging import all_rows
from leasehold.cli.transaction import transaction
from leasehold.cli.verb import new_group, verb
from leasehold.customers.models import Customer
from leasehold.customers.service import create_customer, find_customer, list_customers
from leasehold.customers.vocabulary import Language

app = new_group()


@verb(app, "create")
def create(
    call: Call,
    name: Annotated[str | None, typer.Argument(help="The customer's name; names need not be unique.")] = None,
    *,
    name_option: Annotated[str | None, typer.Option("--name", help="The same, as an option.")] = None,
    language: Annotated[Language, typer.Option(help="What the customer is written to in.")] = Language.DE,
) -> None:
    """Make a customer."""
    wanted = name if name is not None else name_option
    if wanted is None or (name is not None and name_option is not None):
        raise typer.BadParameter("give the customer's name once", param_hint="NAME")
    with transaction(call) as session:
        customer = create_customer(session, wanted, language=language.value)
        session.refresh(customer)
        fields = _fields(customer)
    call.show(fields)


@verb(app, "list")
def list_(call: Call) -> None:
    """List all customers."""
    with transaction(call) as session:
        customers = all_rows(lambda after: list_customers(session, after_id=after), 0, lambda customer: customer.id)
        call.show_list(map(_fields, customers), ("id", "name", "language", "since"))


@verb(app, "show")
def show(
    call: Call,
    customer: Annotated[str, typer.Argument(metavar="NAME-OR-ID", help="The customer.", show_default=False)],
) -> None:
    """Show one customer."""
    with transaction(call) as session:
        fields = _fields(find_customer(session, customer))
    call.show(fields)


def _fields(customer: Customer) -> Fields:
    return {
        "id": customer.id,
        "name": customer.institution.name,
        "language": customer.institution.language,
        "legal_form": customer.institution.legal_form,
        "website_domain": customer.institution.website_domain,
        "since": rfc3339(customer.since),
    }
