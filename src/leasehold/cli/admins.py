"""`leasehold admin …`."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from leasehold.cli.call import Call
from leasehold.cli.installation import address_of_panel
from leasehold.cli.output import Fields, rfc3339
from leasehold.cli.transaction import transaction
from leasehold.cli.verb import new_group, verb
from leasehold.kit.orm import driver_connection
from leasehold.settings.panel_url import read_configuration
from leasehold.staff.models import StaffMember
from leasehold.staff.service import (
    SETUP_LINK_LIFETIME,
    create_setup_link,
    disable_staff_member,
    list_staff,
    reset_second_factor,
)

app = new_group()


@verb(app, "setup-link")
def setup_link(call: Call) -> None:
    """Make a link that makes an administrator, once, within a quarter of an hour."""
    with transaction(call) as session:
        token = create_setup_link(session)
        configuration = read_configuration(call.configuration, driver_connection(session))
    call.show(
        {
            "setup_link": f"{address_of_panel(configuration)}/setup/{token}",
            "expires_at": rfc3339(datetime.now(UTC) + SETUP_LINK_LIFETIME),
        }
    )


@verb(app, "list")
def list_(call: Call) -> None:
    """List everybody who works in the panel, also who is disabled."""
    with transaction(call) as session:
        call.show_list(map(_fields, list_staff(session)), ("id", "email", "name", "role", "disabled_at"))


@verb(app, "disable")
def disable(
    call: Call,
    member: Annotated[str, typer.Argument(metavar="EMAIL-OR-ID", help="Who it is.", show_default=False)],
) -> None:
    """From now on this person may not sign in. The last administrator cannot be disabled."""
    with transaction(call) as session:
        fields = _fields(disable_staff_member(session, member))
    call.show(fields)


@verb(app, "reset-2fa")
def reset_2fa(
    call: Call,
    member: Annotated[str, typer.Argument(metavar="EMAIL-OR-ID", help="Who it is.", show_default=False)],
) -> None:
    """Take away somebody's authenticator app, passkeys and recovery codes: they set them up at the next sign-in."""
    with transaction(call) as session:
        fields = _fields(reset_second_factor(session, member))
    call.show(fields)


def _fields(member: StaffMember) -> Fields:
    return {
        "id": member.id,
        "email": member.email,
        "name": member.name,
        "role": member.role,
        "created_at": rfc3339(member.created_at),
        "disabled_at": rfc3339(member.disabled_at),
    }
