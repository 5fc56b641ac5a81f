"""One browser and one small vendor's panel for the tests of a module."""

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser

from tests.browser.demonstration import Demonstration
from tests.browser.serving import chromium, demonstration_panel


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, str, Demonstration]]:
    with demonstration_panel(tmp_path_factory.mktemp("panel")) as served:
        yield served
