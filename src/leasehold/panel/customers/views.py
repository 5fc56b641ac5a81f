"""The pages about customers."""

from flask.typing import ResponseReturnValue

from leasehold.panel.pages import Pages
from leasehold.panel.rights import Right

pages = Pages("customers")


@pages.page("/customers/<int:customer_id>", needs=Right.READ)
def show_customer(customer_id: int) -> ResponseReturnValue:
    """One customer."""
    return str(customer_id)
