"""The search in the header, by keyboard alone, in a real browser."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from leasehold.staff.roles import Role
from tests.browser.demonstration import Demonstration
from tests.browser.serving import enter


@pytest.fixture
def page(browser: Browser, demonstration: tuple[Flask, str, Demonstration]) -> Iterator[Page]:
    context = enter(browser, demonstration[1], Role.SALES, locale="en")
    page = context.new_page()
    page.goto(f"{demonstration[1]}/licenses")
    yield page
    context.close()


@pytest.mark.slow
def test_keys_alone_find_and_open(page: Page, demonstration: tuple[Flask, str, Demonstration]) -> None:
    page.keyboard.press("Control+k")
    page.keyboard.type("klinikum")
    options = page.locator("#search-results [role=option]")
    expect(options.first).to_contain_text("Klinikum Nord")
    for theme in ("light", "dark"):
        page.evaluate("theme => { document.documentElement.dataset.bsTheme = theme }", theme)
        assert Axe().run(page).response["violations"] == []
    page.keyboard.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(page.locator("#search")).to_have_attribute("aria-activedescendant", re.compile("search-hit-1-1"))
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/customers/{demonstration[2].customer_id}")


@pytest.mark.slow
def test_escape_closes_it_and_a_key_jumps(page: Page, demonstration: tuple[Flask, str, Demonstration]) -> None:
    page.keyboard.press("Control+k")
    page.keyboard.type("nobody is called so")
    expect(page.locator("#search-results")).to_contain_text("Nothing is found")
    page.keyboard.press("Escape")
    expect(page.locator("#search-results")).to_be_empty()
    page.locator("#search").fill(demonstration[2].license_key.lower())
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/licenses/{demonstration[2].license_key}")
