"""What the panel can be asked on a seeded database: found in the panel itself, so that nothing new is left out."""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from flask import Flask, url_for

from leasehold import panel
from leasehold.kit.database import Connection
from leasehold.panel.lists.table import Filter, Table

_MOST_CHOICES = 8

# Names of what there is: the licenses with most sessions and most devices, the customers with most and fewest licenses.
NAMES = """
SELECT (SELECT license_key FROM licenses WHERE id = busy.license_id) AS license_key,
       (SELECT hardware_fingerprint FROM device_registrations AS d
         WHERE d.license_id = busy.license_id ORDER BY id LIMIT 1) AS fingerprint,
       (SELECT session_token FROM license_sessions ORDER BY id LIMIT 1)::text AS live_token,
       (SELECT session_token FROM session_history ORDER BY ended_at, id LIMIT 1)::text AS ended_token,
       (SELECT customer_id FROM licenses GROUP BY customer_id ORDER BY count(*) DESC LIMIT 1)::text AS big_customer,
       (SELECT customer_id FROM licenses GROUP BY customer_id ORDER BY count(*), customer_id DESC LIMIT 1)::text
           AS small_customer,
       (SELECT slug FROM products ORDER BY id LIMIT 1) AS slug,
       (SELECT name FROM institutions ORDER BY id DESC LIMIT 1) AS rare_name
  FROM (SELECT license_id FROM session_history AS h JOIN licenses AS l ON l.id = h.license_id
         WHERE l.deleted_at IS NULL GROUP BY license_id ORDER BY count(*) DESC, license_id LIMIT 1) AS busy
"""


@dataclass(frozen=True)
class Case:
    """An address and what it is called; `list_` for lists, of which further pages are asked too."""

    name: str
    address: str
    list_: bool = False


def read_names(connection: Connection) -> dict[str, str]:
    """What addresses and searches can name."""
    cursor = connection.execute(NAMES)
    columns = [column.name for column in cursor.description or ()]
    return {name: str(value) for name, value in zip(columns, cursor.fetchone() or (), strict=True)}


def all_tables() -> list[Table[Any, Any]]:
    """Every list of the panel."""
    found = {}
    for module in pkgutil.walk_packages(panel.__path__, "leasehold.panel."):
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, Table):
                found[value.endpoint] = value
    return [found[endpoint] for endpoint in sorted(found)]


def list_cases(names: Mapping[str, str]) -> Iterator[Case]:
    """Every list with each of its filters alone and with none, in each order, up and down."""
    for table in all_tables():
        address = url_for(table.endpoint)
        for label, filters in _filters(table, names):
            for order in table.listing.orders:
                for sort in (order, f"-{order}"):
                    query = urlencode([*filters.items(), ("sort", sort)])
                    yield Case(f"{table.name} {label} by {sort}", f"{address}?{query}", list_=True)


def detail_cases(app: Flask, names: Mapping[str, str]) -> Iterator[Case]:
    """Every page that can be asked for with the names that are known, for big and small ones."""
    known = {
        "license_key": [names["license_key"]],
        "fingerprint": [names["fingerprint"]],
        "session_token": [names["live_token"], names["ended_token"]],
        "customer_id": [names["big_customer"], names["small_customer"]],
        "slug": [names["slug"]],
    }
    lists = {table.endpoint for table in all_tables()}
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint in lists or not rule.arguments <= set(known):
            continue
        values: list[dict[str, str]] = [{}]
        for argument in sorted(rule.arguments):
            values = [one | {argument: value} for one in values for value in known[argument]]
        for number, one in enumerate(values):
            yield Case(f"{rule.endpoint} {number + 1}", url_for(rule.endpoint, **one))  # type: ignore[arg-type]


def search_cases(names: Mapping[str, str]) -> Iterator[Case]:
    """The search for what people have at hand, frequent and rare."""
    for label, text in _texts(names):
        yield Case(f"search {label}", url_for("search.search", q=text))


def _filters(table: Table[Any, Any], names: Mapping[str, str]) -> Iterator[tuple[str, dict[str, str]]]:
    yield "unfiltered", {}
    for part in table.filters:
        for label, value in _values(part, names):
            yield f"{part.name}={label}", {part.name: value}


def _values(part: Filter, names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if part.choices is not None:
        values = [value for value, _ in part.choices()]
        for value in dict.fromkeys((*values[: _MOST_CHOICES - 2], *values[-2:])):
            yield value, value
    elif part.kind == "date":
        for days in (-3000, -1200, -30, 0, 30, 3000):
            yield f"{days:+} days", f"{datetime.now(UTC) + timedelta(days=days):%Y-%m-%d}"
    else:
        yield from _texts(names)


def _texts(names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    yield from {
        "license key": names["license_key"],
        "license key's beginning": names["license_key"][:7],
        "fingerprint": names["fingerprint"],
        "fingerprint's beginning": names["fingerprint"][:8],
        "one hexadecimal digit": names["fingerprint"][:1],
        "live session": names["live_token"],
        "ended session": names["ended_token"],
        "big customer": names["big_customer"],
        "small customer": names["small_customer"],
        "frequent name": "klinikum",
        "rare name": names["rare_name"],
        "frequent device": "empfang",
        "rare device": f"empfang-{names['big_customer']}",
        "two letters": "kl",
        "person": "lovelace",
        "email": "contact17@",
        "email domain": "@kunde-17.example",
        "domain": "kunde-17.example",
        "phone": "1000119",
        "address": "198.51.100.1",
        "rare address": "203.0.113.77",
        "action": "update",
        "table": "licenses",
        "actor": "api:shop",
        "rare actor": "cli:root",
        "request": "seed-17",
        "nothing": "qqxxzzjj",
    }.items()
