"""People and institutions as vCards."""

from flask import Response
from flask.typing import ResponseReturnValue

from leasehold.customers.vcards.exporting import FORMAT, export_institution, export_person
from leasehold.panel.context import db
from leasehold.panel.institutions.views import pages
from leasehold.panel.lists.export import MIME
from leasehold.panel.rights import Right

_INSTITUTION = "/institutions/<int:institution_id>"


@pages.page(f"{_INSTITUTION}/vcard", needs=Right.READ)
def download_institution(institution_id: int) -> ResponseReturnValue:
    """The institution and the people who are there now; that it was taken is audited."""
    return _file(f"institution-{institution_id}.vcf", export_institution(db(), institution_id))


@pages.page(f"{_INSTITUTION}/contacts/<int:contact_id>/vcard", needs=Right.READ)
def download_contact(institution_id: int, contact_id: int) -> ResponseReturnValue:
    """One person; that they were taken is audited."""
    return _file(f"person-{contact_id}.vcf", export_person(db(), contact_id, institution_id))


def _file(name: str, cards: str) -> Response:
    answer = Response(cards, content_type=MIME[FORMAT])
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer
