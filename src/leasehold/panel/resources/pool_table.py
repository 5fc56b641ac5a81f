"""The list of pools."""

from flask import url_for
from flask_babel import lazy_gettext as _

from leasehold.panel.lists.table import Badge, Column, Filter, Link, NewRow, Table
from leasehold.panel.rights import Right
from leasehold.panel.words import badge_for, choices_of, words_for
from leasehold.resources.lists import POOLS, PoolLine, Stock, read_stock
from leasehold.resources.vocabulary import ResourceKind, ResourceState

_LOW = Badge(_("running low"), "red", "running low")


def _count(state: ResourceState, *, shown: bool = True) -> Column[PoolLine]:
    return Column(state.value, words_for(state), lambda line: line.figures.counts[state], shown=shown, numeric=True)


POOL_TABLE: Table[Stock, PoolLine] = Table(
    listing=POOLS,
    title=_("Resource pools"),
    endpoint="resources.list_pools",
    context=read_stock,
    row_key=lambda line: str(line.pool.id),
    columns=(
        Column(
            "name",
            _("Name"),
            lambda line: Link(line.pool.name, url_for("resources.show_pool", pool_id=line.pool.id)),
            order="name",
        ),
        Column("kind", _("Kind"), lambda line: badge_for(ResourceKind(line.pool.kind))),
        _count(ResourceState.FREE),
        Column("low", _("Stock"), lambda line: _LOW if line.is_low else None),
        Column("days_left", _("Days until empty"), lambda line: line.days_left, numeric=True),
        _count(ResourceState.ALLOCATED),
        _count(ResourceState.QUARANTINED),
        _count(ResourceState.RESERVED),
        _count(ResourceState.RETIRED, shown=False),
        Column("low_water", _("Low-water mark"), lambda line: line.pool.low_water, shown=False, numeric=True),
        Column("owner", _("Looked after by"), lambda line: line.pool.owner),
        Column("created", _("Created"), lambda line: line.pool.created_at, order="newest", shown=False),
    ),
    filters=(Filter("kind", _("Kind"), choices=lambda: choices_of(ResourceKind)),),
    new=(NewRow("resources.add_pool", _("New pool"), Right.CHANGE_LICENSES),),
)
