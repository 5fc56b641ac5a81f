"""Every list of the panel, in each of its orders: pages lead on and back, whatever the order is by."""

import importlib
import pkgutil
from typing import Any

import pytest
from flask import Flask

from leasehold import panel as panel_package
from leasehold.kit.database import Database
from leasehold.kit.listing import Wanted, read_page
from leasehold.panel.context import db
from leasehold.panel.lists.table import Table
from tests.browser.demonstration import make_demonstration


def _tables() -> list[Table[Any, Any]]:
    found = {}
    for module in pkgutil.walk_packages(panel_package.__path__, "leasehold.panel."):
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, Table):
                found[value.endpoint] = value
    return list(found.values())


def test_every_order_of_every_list_leads_on_and_back(panel: Flask, database: Database) -> None:
    make_demonstration(database)
    tables = _tables()
    assert len(tables) >= 7
    with panel.test_request_context():
        for table in tables:
            context = table.context(db())
            for order in table.listing.orders:
                for sort in (order, f"-{order}"):
                    first = read_page(db(), table.listing, Wanted(order=sort, limit=1), context)
                    if first.next is None:
                        pytest.fail(f"{table.name} has too few rows in the demonstration")
                    second = read_page(db(), table.listing, Wanted(order=sort, cursor=first.next, limit=1), context)
                    assert second.previous is not None, (table.name, sort)
                    back = read_page(db(), table.listing, Wanted(order=sort, cursor=second.previous, limit=1), context)
                    assert list(map(table.row_key, back.rows)) == list(map(table.row_key, first.rows))
                    assert list(map(table.row_key, second.rows)) != list(map(table.row_key, first.rows))
        db().close()
