"""The pages about what is imported into pools, and was."""

from pathlib import Path
from uuid import UUID

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext
from sqlalchemy.orm import Session

from leasehold.imports.previewing import Preview
from leasehold.imports.tables import Choices
from leasehold.panel.context import actor, db
from leasehold.panel.imports.reverting import answer_revert
from leasehold.panel.imports.subject import LARGEST_BODY, ImportSubject
from leasehold.panel.imports.wizard import answer_preview, answer_upload
from leasehold.panel.lists.page import answer_list
from leasehold.panel.resources.import_table import IMPORT_TABLE
from leasehold.panel.resources.pool_forms import HOW_TO_WRITE
from leasehold.panel.resources.pool_views import pages
from leasehold.panel.resources.refusal_words import OF_VALUES
from leasehold.panel.rights import Right
from leasehold.resources.importing import service
from leasehold.resources.importing.rows import NOTE, VALUE
from leasehold.resources.pools import read_pool
from leasehold.resources.vocabulary import ResourceKind

_IMPORT = "/pools/<int:pool_id>/import"
_FORM = ("GET", "POST")
_FIELDS = {VALUE: lazy_gettext("Column of the values"), NOTE: lazy_gettext("Column of the notes")}
_IN_ANOTHER_POOL = lazy_gettext("%(value)s is in the pool “%(pool)s” already, and a value exists once: take it out.")
_SENTENCES = {**OF_VALUES, "in_another_pool": _IN_ANOTHER_POOL}


@pages.page("/pools/imports", needs=Right.READ)
def list_imports() -> ResponseReturnValue:
    """All imports into pools."""
    return answer_list(IMPORT_TABLE)


@pages.page(_IMPORT, needs=Right.CHANGE_LICENSES, methods=_FORM, largest_body=LARGEST_BODY)
def import_file(pool_id: int) -> ResponseReturnValue:
    """Send a file whose values shall go into a pool."""
    return answer_upload(_subject(pool_id))


@pages.page(f"{_IMPORT}/<uuid:upload_id>", needs=Right.CHANGE_LICENSES, methods=_FORM)
def preview_import(pool_id: int, upload_id: UUID) -> ResponseReturnValue:
    """Look at a file that was sent; then take it."""
    return answer_preview(_subject(pool_id), upload_id)


@pages.page("/pools/imports/<int:import_id>/revert", needs=Right.CHANGE_LICENSES, methods=_FORM)
def revert_import(import_id: int) -> ResponseReturnValue:
    """Ask for the reason; then take the values of an import out of their pool again."""
    made = service.read_import(db(), import_id)
    sentence = ngettext(
        "%(num)s value leaves the pool again, with its notes. If something was done with it since, it stays.",
        "%(num)s values leave the pool again, with their notes. If something was done with one of them since, "
        "all stay.",
        made.rows_new,
    )
    names = [made.file_name, read_pool(db(), made.pool_id).name]
    back = url_for("resources.show_pool", pool_id=made.pool_id)
    return answer_revert(
        import_id, sentence, names, back, lambda reason: service.revert_import(db(), import_id, reason)
    )


def _subject(pool_id: int) -> ImportSubject:
    pool = read_pool(db(), pool_id)

    def preview(session: Session, path: Path, choices: Choices, file_name: str) -> Preview:
        return service.preview_import(session, read_pool(session, pool_id), path, choices, file_name=file_name)

    def take(session: Session, found: Preview, good_rows_only: bool) -> str:
        into = read_pool(session, pool_id)
        made = service.take_import(session, into, found, good_rows_only=good_rows_only, actor=actor())
        return str(ngettext("%(num)s value is imported.", "%(num)s values are imported.", made.rows_new))

    return ImportSubject(
        key=f"resource_pools/{pool_id}",
        title=_("Import into %(name)s", name=pool.name),
        help=HOW_TO_WRITE[ResourceKind(pool.kind)],
        back=url_for("resources.show_pool", pool_id=pool_id),
        imports=url_for("resources.list_imports", pool=pool_id),
        upload_endpoint="resources.import_file",
        preview_endpoint="resources.preview_import",
        values={"pool_id": pool_id},
        fields=_FIELDS,
        sentences=_SENTENCES,
        backup_before=f"an import into {pool.name}",
        preview=preview,
        take=take,
    )
