"""The pages about pools."""

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_timezone, ngettext
from flask_babel import gettext as _

from leasehold.audit.objects import changes_of
from leasehold.kit.errors import DomainError
from leasehold.panel.confirmations import ask_first
from leasehold.panel.context import db
from leasehold.panel.lists.page import answer_list
from leasehold.panel.pages import Pages
from leasehold.panel.resources.pool_forms import HOW_TO_WRITE, AddForm, EditPoolForm, NewPoolForm, stored_pool
from leasehold.panel.resources.pool_table import POOL_TABLE
from leasehold.panel.rights import Right
from leasehold.panel.saving import carry_out, is_valid, save_form
from leasehold.panel.stale import save_versioned
from leasehold.panel.words import badge_for, words_for
from leasehold.resources import pools
from leasehold.resources.adding import add_resources, spelled_out
from leasehold.resources.figures import coming_releases
from leasehold.resources.importing.service import list_imports
from leasehold.resources.lists import read_stock
from leasehold.resources.models import ResourcePool
from leasehold.resources.vocabulary import PickPolicy, ResourceKind, ResourceState
from leasehold.staff.names import names_of_actors

pages = Pages("resources")
_FORM = ("GET", "POST")
_MOST_IMPORTS = 20


@pages.page("/pools", needs=Right.READ)
def list_pools() -> ResponseReturnValue:
    """All pools, and how full they are."""
    return answer_list(POOL_TABLE)


@pages.page("/pools/new", needs=Right.CHANGE_LICENSES, methods=_FORM)
def add_pool() -> ResponseReturnValue:
    """Make a pool."""
    form = NewPoolForm.read()

    def save() -> str:
        pool = pools.create_pool(db(), ResourceKind(form.kind.data), form.card())
        flash(_("The pool is made."), "success")
        return url_for("resources.show_pool", pool_id=pool.id)

    if (onward := save_form(form, save)) is not None:
        return onward
    cancel = url_for("resources.list_pools")
    page = render_template("form.html", form=form, title=_("New pool"), label=_("Make pool"), cancel=cancel)
    return page, form.status


@pages.page("/pools/<int:pool_id>", needs=Right.READ)
def show_pool(pool_id: int) -> ResponseReturnValue:
    """One pool: how full it is, what comes back when, what was imported into it, and what was changed about it."""
    session = db()
    pool = pools.read_pool(session, pool_id)
    changes = changes_of(session, [("resource_pools", str(pool_id))])
    imports = list_imports(session, pool_id, limit=_MOST_IMPORTS)
    actors = {change.actor for change in changes} | {one.made_by for one in imports}
    return render_template(
        "resources/pool.html",
        line=read_stock(session, pool_id).line_of(pool),
        kind=badge_for(ResourceKind(pool.kind)),
        policy=words_for(PickPolicy(pool.pick_policy)),
        states=[(state, badge_for(state)) for state in ResourceState],
        releases=coming_releases(session, pool_id, zone=str(get_timezone())),
        imports=imports,
        changes=changes,
        names=names_of_actors(session, actors),
    )


@pages.page("/pools/<int:pool_id>/edit", needs=Right.CHANGE_LICENSES, methods=_FORM)
def edit_pool(pool_id: int) -> ResponseReturnValue:
    """Change what is said of a pool."""
    here = url_for("resources.show_pool", pool_id=pool_id)
    stored = stored_pool(pools.read_pool(db(), pool_id))
    form = EditPoolForm.read(**stored.values, version=stored.version)

    def save() -> str:
        pools.edit_pool(db(), pool_id, form.card(), version=form.version.data)
        flash(_("The pool is saved."), "success")
        return here

    again = lambda: stored_pool(pools.read_pool(db(), pool_id))  # noqa: E731  # read once it has been refused
    if (onward := save_versioned(form, save, again)) is not None:
        return onward
    title = _("Edit %(name)s", name=stored.values["name"])
    return render_template("form.html", form=form, title=title, label=_("Save"), cancel=here), form.status


@pages.page("/pools/<int:pool_id>/add", needs=Right.CHANGE_LICENSES, methods=_FORM)
def add_values(pool_id: int) -> ResponseReturnValue:
    """Put values into a pool by hand; how many they are is said before anything is written."""
    here = url_for("resources.show_pool", pool_id=pool_id)
    pool = pools.read_pool(db(), pool_id)
    name, kind = pool.name, ResourceKind(pool.kind)
    form = AddForm.read()

    def add() -> str:
        added = add_resources(db(), pool, form.lines())
        flash(ngettext("%(num)s value is added.", "%(num)s values are added.", len(added)), "success")
        return here

    if (count := _count(form, pool)) is not None:
        question = ngettext("Add %(num)s value to %(name)s?", "Add %(num)s values to %(name)s?", count, name=name)
        if (page := ask_first(question, _("Add"))) is not None:
            return page
        if (onward := carry_out(form, add)) is not None:
            return onward
    title = _("Add to %(name)s", name=name)
    form.values.description = HOW_TO_WRITE[kind]
    return render_template("form.html", form=form, title=title, label=_("Count"), cancel=here), form.status


def _count(form: AddForm, pool: ResourcePool) -> int | None:
    """How many values the form means; None where it was not sent, or says why it means none."""
    if not is_valid(form):
        return None
    try:
        return len(spelled_out(pool, form.lines()))
    except DomainError as error:
        form.refuse(error)
        return None
