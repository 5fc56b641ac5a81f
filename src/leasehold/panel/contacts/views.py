"""The pages about contacts wherever they are; one of them is shown at the institution where they are."""

from flask.typing import ResponseReturnValue

from leasehold.panel.contacts.table import CONTACT_TABLE
from leasehold.panel.lists.page import answer_list
from leasehold.panel.pages import Pages
from leasehold.panel.rights import Right

pages = Pages("contacts")


@pages.page("/contacts", needs=Right.READ)
def list_contacts() -> ResponseReturnValue:
    """All people whose data may be used."""
    return answer_list(CONTACT_TABLE)
