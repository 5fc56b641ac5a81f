"""Pages that only a form leads to: the key that is shown once, the preview of settings, the tester's answer."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from leasehold.staff.roles import Role
from tests.browser.serving import chromium, demonstration_panel, enter


def _check(page: Page) -> None:
    for theme in ("light", "dark"):
        page.evaluate("theme => { document.documentElement.dataset.bsTheme = theme }", theme)
        assert Axe().run(page).response["violations"] == []


@pytest.mark.slow
def test_pages_behind_forms_are_accessible_and_the_key_is_copied(tmp_path: Path) -> None:
    with demonstration_panel(tmp_path) as (_, address, shown), chromium() as browser:
        allowed = ["clipboard-read", "clipboard-write"]
        context = enter(browser, address, Role.ADMINISTRATOR, locale="de", permissions=allowed)
        page = context.new_page()
        page.goto(f"{address}/administration/api-keys/new")
        page.fill("#name", "Kiosk")
        page.click("main button[type=submit]")
        page.click("[data-copy]")
        page.wait_for_selector("[data-copy].copied")
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied == page.locator("code.copyable").text_content()
        assert copied.startswith("AF-20")
        _check(page)
        page.goto(f"{address}/administration/settings")
        page.fill("#heartbeat_interval", "nie")
        page.click("main button.btn-primary")
        _check(page)
        page.fill("#heartbeat_interval", "20")
        page.click("main button.btn-primary")
        page.wait_for_selector("input[name=confirmed]", state="attached")
        _check(page)
        page.goto(f"{address}/administration/tester")
        page.fill("#license_key", shown.license_key)
        page.check("[name=way][value=panel]")
        page.click("main button[type=submit]")
        page.wait_for_selector("main .copyable")
        _check(page)
        context.close()
