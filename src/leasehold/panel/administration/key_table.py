"""The list of API keys."""

from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from leasehold.api_keys.lists import API_KEYS, ApiKeyLine, read_now
from leasehold.api_keys.service import SCOPES, revoke_api_key
from leasehold.api_keys.states import ApiKeyState
from leasehold.panel.lists.table import BulkAct, Code, Column, Filter, Link, Table
from leasehold.panel.rights import Right
from leasehold.panel.words import badge_for, choices_of


def _revoke(session: Session, key_id: str, _form: Any) -> None:
    revoke_api_key(session, key_id)


API_KEY_TABLE: Table[datetime, ApiKeyLine] = Table(
    listing=API_KEYS,
    title=_("API keys"),
    endpoint="administration.list_api_keys",
    context=read_now,
    row_key=lambda line: str(line.key.id),
    label=lambda line: line.key.name,
    columns=(
        Column(
            "name",
            _("Name"),
            lambda line: Link(line.key.name, url_for("administration.show_api_key", key_id=line.key.id)),
            "name",
        ),
        Column("hint", _("Ends in"), lambda line: Code(f"…{line.key.hint}")),
        Column("scopes", _("Scopes"), lambda line: ", ".join(line.key.scopes)),
        Column("state", _("State"), lambda line: badge_for(line.state)),
        Column("created", _("Created"), lambda line: line.key.created_at, order="created"),
        Column("expires", _("Expires"), lambda line: line.key.expires_at),
        Column("last_used", _("Last used"), lambda line: line.key.last_used_at),
        Column("revoked", _("Revoked"), lambda line: line.key.revoked_at, shown=False),
    ),
    filters=(
        Filter("q", _("Name or end of the key")),
        Filter("state", _("State"), choices=lambda: choices_of(ApiKeyState)),
        Filter("scope", _("Scope"), choices=lambda: [(scope, scope) for scope in SCOPES]),
    ),
    acts=(
        BulkAct(
            "revoke",
            _("Revoke"),
            lambda count: ngettext(
                "Revoke %(num)s API key? Within a second it is refused everywhere, for good.",
                "Revoke %(num)s API keys? Within a second they are refused everywhere, for good.",
                count,
            ),
            _revoke,
            Right.ADMINISTER,
            icon="key-off",
            guarded=True,
        ),
    ),
)
