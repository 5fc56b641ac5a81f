"""Find resources by what people type, and lock them to be changed: always by id, after the license."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select, tuple_
from sqlalchemy.orm import Session

from leasehold.resources.errors import ResourceNotFound
from leasehold.resources.models import Resource, ResourcePool
from leasehold.resources.states import state_column
from leasehold.resources.values.normal import ValueRules, normal_value
from leasehold.resources.vocabulary import ResourceKind, ResourceState

Name = tuple[str, str]
"""A kind and a value: what is unique."""

_ADDRESS = re.compile(r"[0-9]+(?:\.[0-9]+){3}(?:/.*)?|[^/]*:.*")
_NUMBER = re.compile(r"(?:tel:)?[+(]?[0-9][^a-z]*(?:ext.*|x.*|dw.*|durchwahl.*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """A resource and how it stands."""

    resource: Resource
    state: ResourceState


def kind_of(text: str) -> ResourceKind:
    """What the text looks like, also where it is wrong."""
    plain = text.strip()
    if _ADDRESS.fullmatch(plain) and not plain.lower().startswith(("http", "tel:")):
        return ResourceKind.IPV4
    return ResourceKind.PHONE if _NUMBER.fullmatch(plain) else ResourceKind.DOMAIN


def find_resource(session: Session, text: str, kind: ResourceKind | None = None) -> Found:
    """The resource that `text` means. Raises `ValueInvalid` and `ResourceNotFound`."""
    (found,) = _read(session, _names(session, [text], kind))
    return found


def read_resource(session: Session, resource_id: int) -> Found:
    """The resource with this id. Raises `ResourceNotFound`."""
    row = session.execute(select(Resource, state_column()).where(Resource.id == resource_id)).one_or_none()
    if row is None:
        raise ResourceNotFound(str(resource_id))
    return Found(row[0], ResourceState(row[1]))


def lock_resources(session: Session, texts: Sequence[str], kind: ResourceKind | None = None) -> list[Found]:
    """The resources that `texts` mean, each once, locked, in the order in which they were named.

    Raises `ValueInvalid` and `ResourceNotFound`.
    """
    names = _names(session, texts, kind)
    lock = select(Resource.id).where(_named(names)).order_by(Resource.id).with_for_update(key_share=True)
    session.execute(lock)
    return _read(session, names)  # in a statement of its own: what the lock waited for is over only now


def _names(session: Session, texts: Sequence[str], kind: ResourceKind | None) -> list[Name]:
    """What the texts mean, each once. A number without country is of the pools' one default country, if that is one."""
    kinds = [kind or kind_of(text) for text in texts]
    country = _one_default_country(session) if ResourceKind.PHONE in kinds else None
    rules = {one: ValueRules(one, default_country=country) for one in set(kinds)}
    return list(
        dict.fromkeys((one.value, normal_value(text, rules[one])) for one, text in zip(kinds, texts, strict=True))
    )


def _named(names: Sequence[Name]) -> ColumnElement[bool]:
    return tuple_(Resource.kind, Resource.value).in_(names)


def _read(session: Session, names: Sequence[Name]) -> list[Found]:
    query = select(Resource, state_column()).where(_named(names)).execution_options(populate_existing=True)
    known = {(row[0].kind, row[0].value): Found(row[0], ResourceState(row[1])) for row in session.execute(query)}
    missing = next((name for name in names if name not in known), None)
    if missing is not None:
        raise ResourceNotFound(missing[1])
    return [known[name] for name in names]


def _one_default_country(session: Session) -> str | None:
    known = session.scalars(
        select(ResourcePool.default_country).where(ResourcePool.default_country.is_not(None)).distinct().limit(2)
    ).all()
    return known[0] if len(known) == 1 else None
