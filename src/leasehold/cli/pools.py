"""`leasehold pool …`."""

from dataclasses import replace
from typing import Annotated, Any

import typer

from leasehold.cli.call import Call
from leasehold.cli.output import Fields, rfc3339
from leasehold.cli.transaction import transaction
from leasehold.cli.verb import new_group, verb
from leasehold.resources.figures import NO_FIGURES, PoolFigures, pool_figures
from leasehold.resources.models import ResourcePool
from leasehold.resources.pools import PoolCard, card_of, create_pool, edit_pool, find_pool, list_pools
from leasehold.resources.vocabulary import PickPolicy, ResourceKind

app = new_group()

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The pool.", show_default=False)]
OwnerOption = Annotated[str | None, typer.Option(help="Who looks after it, in free words.")]
PolicyOption = Annotated[
    PickPolicy | None, typer.Option("--pick-policy", help="Which of the free ones is next.", show_default="lowest")
]
QuarantineOption = Annotated[
    int | None,
    typer.Option(help="How long what is released is nobody's.", show_default="90 phone, 30 domain, 7 ipv4"),
]
LowWaterOption = Annotated[
    int | None, typer.Option(help="Ask for attention below so many free ones.", show_default="never")
]
PublicOption = Annotated[
    bool | None, typer.Option("--public-only/--any-address", help="Refuse private addresses.", show_default="any")
]
CountryOption = Annotated[
    str | None, typer.Option(metavar="CODE", help="Whose numbers those without a country are, such as DE.")
]
_COLUMNS = ("name", "kind", "pick_policy", "quarantine_days", "free", "reserved", "allocated", "quarantined", "retired")


@verb(app, "create")
def create(
    call: Call,
    name: NameArgument,
    *,
    kind: Annotated[ResourceKind, typer.Option(help="What it holds.", show_default=False)],
    owner: OwnerOption = None,
    pick_policy: PolicyOption = None,
    quarantine_days: QuarantineOption = None,
    low_water: LowWaterOption = None,
    public_only: PublicOption = None,
    default_country: CountryOption = None,
) -> None:
    """Make a pool of domains, IPv4 addresses or phone numbers."""
    changes = _given(
        owner=owner,
        pick_policy=pick_policy,
        quarantine_days=quarantine_days,
        low_water=low_water,
        public_only=public_only,
        default_country=default_country,
    )
    with transaction(call) as session:
        fields = _fields(create_pool(session, kind, replace(PoolCard(name), **changes)), NO_FIGURES)
    call.show(fields)


@verb(app, "list")
def list_(
    call: Call,
    *,
    kind: Annotated[ResourceKind | None, typer.Option(help="Only those that hold this.")] = None,
) -> None:
    """List the pools, with how many resources stand how."""
    with transaction(call) as session:
        figures = pool_figures(session)
        pools = list_pools(session, kind)
        call.show_list([_fields(pool, figures.get(pool.id, NO_FIGURES)) for pool in pools], _COLUMNS)


@verb(app, "show")
def show(call: Call, name: NameArgument) -> None:
    """Show a pool."""
    with transaction(call) as session:
        pool = find_pool(session, name)
        fields = _fields(pool, pool_figures(session, pool.id).get(pool.id, NO_FIGURES))
    call.show(fields)


@verb(app, "update")
def update(
    call: Call,
    name: NameArgument,
    *,
    rename: Annotated[str | None, typer.Option(metavar="NAME", help="Its new name.")] = None,
    owner: OwnerOption = None,
    pick_policy: PolicyOption = None,
    quarantine_days: QuarantineOption = None,
    low_water: LowWaterOption = None,
    public_only: PublicOption = None,
    default_country: CountryOption = None,
) -> None:
    """Change a pool; what is in quarantine already stays so. An empty --owner or --default-country takes it away."""
    changes = _given(
        name=rename,
        owner=owner,
        pick_policy=pick_policy,
        quarantine_days=quarantine_days,
        low_water=low_water,
        public_only=public_only,
        default_country=default_country,
    )
    if not changes:
        raise typer.BadParameter("say what to change")
    with transaction(call) as session:
        pool = find_pool(session, name)
        pool = edit_pool(session, pool.id, replace(card_of(pool), **changes))
        fields = _fields(pool, pool_figures(session, pool.id).get(pool.id, NO_FIGURES))
    call.show(fields)


def _given(**options: Any) -> dict[str, Any]:
    """What of a card was given on the command line."""
    return {name: value for name, value in options.items() if value is not None}


def _fields(pool: ResourcePool, figures: PoolFigures) -> Fields:
    return {
        "id": pool.id,
        "name": pool.name,
        "kind": pool.kind,
        "owner": pool.owner,
        "pick_policy": pool.pick_policy,
        "quarantine_days": pool.quarantine_days,
        "low_water": pool.low_water,
        "public_only": pool.public_only,
        "default_country": pool.default_country,
        **{state.value: count for state, count in figures.counts.items()},
        "created_at": rfc3339(pool.created_at),
    }
