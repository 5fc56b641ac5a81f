"""What the list of the audit log can be asked."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, select

from leasehold.audit.models import AuditRow
from leasehold.kit.listing import Condition, Listing, ListInvalid


@dataclass(frozen=True, slots=True)
class AuditReader:
    """How the one who reads calls things: `names` of actors, and when the days that they type begin and end."""

    names: Mapping[str, str]
    begin_of: Callable[[str], datetime]
    end_of: Callable[[str], datetime]


@dataclass(frozen=True, slots=True)
class AuditLine:
    """A row of the log, and what people call its actor."""

    row: AuditRow
    actor_name: str


def _one_of(column: SQLColumnExpression[Any]) -> Condition[AuditReader]:
    return lambda texts, _reader: column.in_(texts)


def _by_actor(texts: Sequence[str], reader: AuditReader) -> ColumnElement[bool]:
    """An actor as the log has it, or a part of a person's name."""
    wanted = {text.casefold() for text in texts}
    called = [actor for actor, name in reader.names.items() if any(text in name.casefold() for text in wanted)]
    actors = sorted({*texts, *called})
    return AuditRow.actor == actors[0] if len(actors) == 1 else AuditRow.actor.in_(actors)


def _from_address(texts: Sequence[str], _reader: AuditReader) -> ColumnElement[bool]:
    try:
        return AuditRow.address.in_([ip_address(text) for text in texts])
    except ValueError as error:
        raise ListInvalid(f"This is no IP address, as 192.0.2.7 is one: {error}.") from error


def _single(texts: Sequence[str]) -> str:
    if len(texts) != 1:
        raise ListInvalid("A day can be given once only: remove the others from the address.")
    return texts[0]


AUDIT_ROWS: Listing[AuditReader, AuditLine] = Listing(
    name="audit_log",
    query=lambda _reader: select(AuditRow),
    read=lambda row, reader: AuditLine(row[0], reader.names.get(row[0].actor, row[0].actor)),
    key=(AuditRow.id,),
    orders={"time": AuditRow.occurred_at},
    default_order="-time",
    conditions={
        "actor": _by_actor,
        "action": _one_of(AuditRow.action),
        "table": _one_of(AuditRow.table_name),
        "row": _one_of(AuditRow.row_id),
        "request": _one_of(AuditRow.request_id),
        "address": _from_address,
        "from": lambda texts, reader: AuditRow.occurred_at >= reader.begin_of(_single(texts)),
        "until": lambda texts, reader: AuditRow.occurred_at < reader.end_of(_single(texts)),
    },
)
