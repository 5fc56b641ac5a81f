"""`leasehold license …`."""

import sys
from typing import Annotated

import typer

from leasehold.cli.arguments import LicenseKeyArgument, license_key_from
from leasehold.cli.call import Call
from leasehold.cli.license_fields import COLUMNS, license_fields, license_with_terms
from leasehold.cli.paging import all_rows
from leasehold.cli.transaction import transaction
from leasehold.cli.verb import new_group, verb
from leasehold.customers.service import find_customer, find_or_create_customer
from leasehold.licensing.commands import ChangeLimits, Command, DeleteLicense, ResumeLicense, SuspendLicense
from leasehold.licensing.editing import convert_to_full
from leasehold.licensing.features import read_feature_value
from leasehold.licensing.notes import add_note
from leasehold.licensing.products import find_or_create_product, find_product
from leasehold.licensing.queries import LicenseFilter, list_licenses
from leasehold.licensing.service import LicenseTerms, carry_out, change_features, create_licenses
from leasehold.licensing.state import FeatureValue
from leasehold.licensing.terms import extend_license
from leasehold.licensing.transfers import transfer_license
from leasehold.licensing.vocabulary import LicenseStatus, LicenseType
from leasehold.settings.days import day_begins, day_ends

app = new_group()

FeatureOptions = Annotated[
    list[str] | None,
    typer.Option("--feature", metavar="NAME=VALUE", help="true, false, a number or text; may be repeated."),
]
DeviceLimitOption = Annotated[int | None, typer.Option("--device-limit", help="Devices at most, 1 to 10.")]
SessionsOption = Annotated[
    int | None, typer.Option("--sessions", help="Concurrent sessions at most, up to the device limit.")
]


@verb(app, "create")
def create(
    call: Call,
    *,
    customer: Annotated[str, typer.Option(help="Name or id; an unknown name makes a customer.", show_default=False)],
    product: Annotated[str, typer.Option(help="Slug; an unknown one makes a product.", show_default=False)],
    device_limit: Annotated[int, typer.Option(help="Devices at most, 1 to 10.")] = 1,
    sessions: SessionsOption = None,
    license_type: Annotated[LicenseType, typer.Option("--type", help="What it is issued as.")] = LicenseType.FULL,
    valid_from: Annotated[str | None, typer.Option(metavar="DATE", help="First day; now without it.")] = None,
    valid_until: Annotated[str | None, typer.Option(metavar="DATE", help="Last day; for ever without it.")] = None,
    feature: FeatureOptions = None,
    reason: Annotated[str | None, typer.Option(help="Why a customer gets a further test license.")] = None,
    count: Annotated[int | None, typer.Option(help="Make that many at once, and print their keys only.")] = None,
) -> None:
    """Make a license, or --count of them. Without --sessions, each device may run one.

    A day begins and ends in the installation's time zone (setting timezone).
    """
    with transaction(call) as session:
        terms = LicenseTerms(
            device_limit=device_limit,
            concurrent_sessions_limit=device_limit if sessions is None else sessions,
            type=license_type,
            valid_from=day_begins(session, valid_from),
            valid_until=day_ends(session, valid_until),
            further_test_reason=reason,
            features={name: value for name, value in _features(feature).items() if value is not None},
        )
        keys = create_licenses(
            session,
            terms,
            customer=find_or_create_customer(session, customer),
            product=find_or_create_product(session, product),
            count=1 if count is None else count,
        )
        fields = license_with_terms(session, keys[0]) if count is None else {"license_keys": keys}
    call.show(fields)


@verb(app, "show")
def show(call: Call, license_key: LicenseKeyArgument) -> None:
    """Show a license with its terms."""
    key = license_key_from(license_key)
    with transaction(call) as session:
        fields = license_with_terms(session, key)
    call.show(fields)


@verb(app, "list")
def list_(
    call: Call,
    *,
    customer: Annotated[str | None, typer.Option(help="Only those of this customer (name or id).")] = None,
    product: Annotated[str | None, typer.Option(help="Only those of this product (slug).")] = None,
    status: Annotated[LicenseStatus | None, typer.Option(help="Only those that stand so.")] = None,
) -> None:
    """List licenses."""
    with transaction(call) as session:
        wanted = LicenseFilter(
            customer_id=None if customer is None else find_customer(session, customer).id,
            product_id=None if product is None else find_product(session, product).id,
            status=status,
        )
        lines = all_rows(
            lambda after: list_licenses(session, wanted, after_id=after), 0, lambda line: line.view.license.id
        )
        call.show_list(map(license_fields, lines), COLUMNS)


@verb(app, "update")
def update(
    call: Call,
    license_key: LicenseKeyArgument,
    *,
    device_limit: DeviceLimitOption = None,
    sessions: SessionsOption = None,
    feature: FeatureOptions = None,
) -> None:
    """Change limits and features; `--feature NAME=` takes a feature away. Running sessions go on."""
    key = license_key_from(license_key)
    changes = _features(feature)
    if device_limit is None and sessions is None and not changes:
        raise typer.BadParameter("say what to change: --device-limit, --sessions or --feature")
    with transaction(call) as session:
        if changes:
            change_features(session, key, changes)
        if device_limit is not None or sessions is not None:
            carry_out(session, ChangeLimits(key, device_limit, sessions), actor=call.actor)
        fields = license_with_terms(session, key)
    call.show(fields)


@verb(app, "suspend")
def suspend(call: Call, license_key: LicenseKeyArgument) -> None:
    """Stop a license for now; its running sessions end."""
    _carry_out(call, SuspendLicense(license_key_from(license_key)))


@verb(app, "resume")
def resume(call: Call, license_key: LicenseKeyArgument) -> None:
    """Let a suspended license run again."""
    _carry_out(call, ResumeLicense(license_key_from(license_key)))


@verb(app, "extend")
def extend(
    call: Call,
    license_key: LicenseKeyArgument,
    *,
    valid_until: Annotated[str | None, typer.Option(metavar="DATE", help="The new last day.")] = None,
    days: Annotated[int | None, typer.Option(min=1, help="That many days after the end, or after today.")] = None,
) -> None:
    """Grant a further term: from the end of the last one, or from now where that has passed."""
    key = license_key_from(license_key)
    if (valid_until is None) == (days is None):
        raise typer.BadParameter("give either --valid-until or --days")
    with transaction(call) as session:
        extend_license(session, key, actor=call.actor, valid_until=day_ends(session, valid_until), days=days)
        fields = license_with_terms(session, key)
    call.show(fields)


@verb(app, "transfer")
def transfer(
    call: Call,
    license_key: LicenseKeyArgument,
    *,
    to: Annotated[str, typer.Option(metavar="NAME-OR-ID", help="The other customer.", show_default=False)],
    reason: Annotated[str, typer.Option(help="Why; both customers show it.", show_default=False)],
) -> None:
    """Give a license to another customer; its devices and sessions stay as they are."""
    key = license_key_from(license_key)
    with transaction(call) as session:
        transfer_license(session, key, to=find_customer(session, to), reason=reason, actor=call.actor)
        fields = license_with_terms(session, key)
    call.show(fields)


@verb(app, "convert")
def convert(call: Call, license_key: LicenseKeyArgument) -> None:
    """Make a trial or test license a full one."""
    key = license_key_from(license_key)
    with transaction(call) as session:
        convert_to_full(session, key)
        fields = license_with_terms(session, key)
    call.show(fields)


@verb(app, "note")
def note(
    call: Call,
    license_key: LicenseKeyArgument,
    text: Annotated[str, typer.Argument(help="What there is to say.", show_default=False)],
) -> None:
    """Keep a note about a license; it is never changed."""
    key = license_key_from(license_key)
    with transaction(call) as session:
        kept = add_note(session, key, text, actor=call.actor)
        fields = {"license_key": key, "note": kept.body, "made_by": kept.made_by}
    call.show(fields)


@verb(app, "delete")
def delete(
    call: Call,
    license_key: LicenseKeyArgument,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Take a license away for good; its running sessions end, its history stays.

    Asks first where a person sits at a terminal, without --yes or --json.
    """
    key = license_key_from(license_key)
    if not (yes or call.common.as_json) and sys.stdin.isatty():
        typer.confirm(f"Delete license {key} for good and end its running sessions?", abort=True)
    with transaction(call) as session:
        carry_out(session, DeleteLicense(key), actor=call.actor)
    call.show({"license_key": key, "deleted": True})


def _carry_out(call: Call, command: Command) -> None:
    with transaction(call) as session:
        outcome = carry_out(session, command, actor=call.actor)
        if outcome.license is None:
            raise LookupError(outcome.code)
        fields = license_with_terms(session, outcome.license.license.license_key)
    call.show(fields)


def _features(given: list[str] | None) -> dict[str, FeatureValue | None]:
    changes: dict[str, FeatureValue | None] = {}
    for text in given or []:
        name, separator, value = text.partition("=")
        if not separator:
            raise typer.BadParameter(f"{text!r} must be NAME=VALUE", param_hint="--feature")
        changes[name] = read_feature_value(value) if value else None
    return changes
