"""`leasehold api-key …`."""

from typing import Annotated

import typer

from leasehold.api_keys.models import ApiKey
from leasehold.api_keys.rotation import DEFAULT_OVERLAP_HOURS, rotate_api_key
from leasehold.api_keys.service import create_api_key, list_api_keys, revoke_api_key
from leasehold.cli.call import Call
from leasehold.cli.output import Fields, rfc3339
from leasehold.cli.transaction import transaction
from leasehold.cli.verb import new_group, verb
from leasehold.settings.days import day_ends

app = new_group()


@verb(app, "create")
def create(
    call: Call,
    *,
    name: Annotated[str, typer.Option(help="What the key is for.", show_default=False)],
    scope: Annotated[
        list[str], typer.Option(help="What it may do: license, metrics; may be repeated.", show_default=False)
    ],
    expires: Annotated[str | None, typer.Option(metavar="DATE", help="Its last day; for ever without it.")] = None,
) -> None:
    """Make an API key. It is shown this once: only its digest is kept."""
    with transaction(call) as session:
        key, text = create_api_key(session, name=name, scopes=scope, expires_at=day_ends(session, expires))
        fields = {"api_key": text, **_fields(key)}
    call.show(fields)


@verb(app, "list")
def list_(call: Call) -> None:
    """List all API keys, also those revoked."""
    with transaction(call) as session:
        columns = ("id", "name", "hint", "scopes", "expires_at", "revoked_at", "last_used_at")
        call.show_list(map(_fields, list_api_keys(session)), columns)


@verb(app, "rotate")
def rotate(
    call: Call,
    key: Annotated[str, typer.Argument(metavar="ID-OR-NAME", help="The API key.", show_default=False)],
    *,
    overlap_hours: Annotated[int, typer.Option(help="How long the old one goes on.")] = DEFAULT_OVERLAP_HOURS,
    expires: Annotated[
        str | None, typer.Option(metavar="DATE", help="The new one's last day; the old one's without it.")
    ] = None,
) -> None:
    """Put a new API key in the place of one; both work until the overlap is over. It is shown this once."""
    with transaction(call) as session:
        ends = day_ends(session, expires)
        made, text = rotate_api_key(session, key, overlap_hours=overlap_hours, expires_at=ends)
        fields = {"api_key": text, **_fields(made)}
    call.show(fields)


@verb(app, "revoke")
def revoke(
    call: Call,
    key: Annotated[str, typer.Argument(metavar="ID-OR-NAME", help="The API key.", show_default=False)],
) -> None:
    """Revoke an API key: within a second it is refused everywhere."""
    with transaction(call) as session:
        fields = _fields(revoke_api_key(session, key))
    call.show(fields)


def _fields(key: ApiKey) -> Fields:
    return {
        "id": key.id,
        "name": key.name,
        "hint": key.hint,
        "scopes": list(key.scopes),
        "created_at": rfc3339(key.created_at),
        "expires_at": rfc3339(key.expires_at),
        "revoked_at": rfc3339(key.revoked_at),
        "last_used_at": rfc3339(key.last_used_at),
        "rotated_at": rfc3339(key.rotated_at),
        "rotated_from": key.rotated_from,
    }
