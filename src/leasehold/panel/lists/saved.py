"""Save a list as it is, and forget what was saved."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import Forbidden, NotFound

from leasehold.panel.context import db, person
from leasehold.panel.pages import Pages
from leasehold.panel.redirects import back, own_path
from leasehold.panel.rights import Right
from leasehold.staff.saved_views import delete_view, save_view

pages = Pages("saved_views")
_LONGEST_QUERY = 4000


@pages.page("/views", needs=Right.SIGNED_IN, methods=("POST",))
def save() -> ResponseReturnValue:
    """Save the list's address under a name."""
    asking = person()
    if asking is None:
        raise Forbidden
    path, query = own_path(request.form.get("path")), request.form.get("query", "")
    if path is None or len(query) > _LONGEST_QUERY:
        raise NotFound
    view = save_view(
        db(),
        asking.id,
        list_name=request.form.get("list", "")[:80],
        name=request.form.get("name", ""),
        query=query,
        is_shared="shared" in request.form,
        is_default="default" in request.form,
    )
    flash(_("The view is saved."), "success")
    return redirect(f"{path}?{query}&view={view.id}")


@pages.page("/views/<int:view_id>/delete", needs=Right.SIGNED_IN, methods=("POST",))
def delete(view_id: int) -> ResponseReturnValue:
    """Forget one of one's own views."""
    asking = person()
    if asking is None or not delete_view(db(), asking.id, view_id):
        raise NotFound
    flash(_("The view is deleted."), "success")
    return redirect(back() if own_path(request.form.get("next")) else url_for("front.front_page"))
