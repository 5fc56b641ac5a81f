"""The list of resources, of all pools or of one."""

from flask import url_for
from flask_babel import lazy_gettext as _

from leasehold.panel.lists.table import Code, Column, Filter, Link, Table
from leasehold.panel.resources.acts import RESOURCE_ACTS
from leasehold.panel.words import badge_for, choices_of
from leasehold.resources.lists import RESOURCES, ResourceLine
from leasehold.resources.vocabulary import ResourceKind, ResourceState


def _license(line: ResourceLine) -> Code | None:
    key = line.license_key
    return None if key is None else Code(key, url_for("licenses.show_license", license_key=key))


RESOURCE_TABLE: Table[None, ResourceLine] = Table(
    listing=RESOURCES,
    title=_("Resources"),
    endpoint="resources.list_resources",
    context=lambda _session: None,
    row_key=lambda line: line.resource.value,
    columns=(
        Column(
            "value",
            _("Value"),
            lambda line: Code(line.resource.value, url_for("resources.show_resource", resource_id=line.resource.id)),
            order="value",
        ),
        Column("kind", _("Kind"), lambda line: badge_for(ResourceKind(line.resource.kind))),
        Column("state", _("State"), lambda line: badge_for(line.state)),
        Column("license_key", _("License"), _license),
        Column("available_from", _("Free from"), lambda line: line.available_from),
        Column(
            "pool",
            _("Pool"),
            lambda line: Link(line.pool, url_for("resources.show_pool", pool_id=line.resource.pool_id)),
        ),
        Column("reserved_for", _("Reserved for"), lambda line: line.resource.reserved_for, shown=False),
        Column("retire_reason", _("Why it is retired"), lambda line: line.resource.retire_reason, shown=False),
        Column("added", _("Added"), lambda line: line.resource.created_at, order="added", shown=False),
    ),
    filters=(
        Filter("q", _("How the value begins or ends")),
        Filter("kind", _("Kind"), choices=lambda: choices_of(ResourceKind)),
        Filter("state", _("State"), choices=lambda: choices_of(ResourceState)),
        Filter("license", _("License key")),
        Filter("pool", _("Number of the pool")),
        Filter("import", _("Number of the import")),
    ),
    acts=tuple(act.for_many for act in RESOURCE_ACTS),
)
