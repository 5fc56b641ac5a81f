"""Working with the panel: by keyboard, without JavaScript, by a slip of the hand, over a thin line."""

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Dialog, Page, expect

from leasehold.staff.roles import Role
from tests.browser.demonstration import Demonstration
from tests.browser.serving import enter

Shown = tuple[Flask, str, Demonstration]

_FIRST_VIEW_BYTES = 350_000
_LATER_VIEW_BYTES = 40_000

# What becomes of a form that is sent twice in a moment; nothing leaves the page.
_SENT_TWICE = """() => {
    const seen = [], form = document.querySelector("form[data-guard]");
    window.addEventListener("submit", (event) => {
        seen.push(event.defaultPrevented ? "stopped" : "sent");
        event.preventDefault();
    });
    form.requestSubmit();
    form.requestSubmit();
    return seen;
}"""


@pytest.fixture
def page(browser: Browser, demonstration: Shown) -> Iterator[Page]:
    context = enter(browser, demonstration[1], Role.ADMINISTRATOR, locale="en", viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


def _bytes_of(page: Page, address: str) -> int:
    """What the network carries for a page and everything in it, compressed as it travels."""
    sizes: list[float] = []
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(address, wait_until="networkidle")
    network.detach()
    return int(sum(sizes))


def test_the_first_view_is_light_and_later_ones_lighter(page: Page, demonstration: Shown) -> None:
    _, address, shown = demonstration
    assert _bytes_of(page, f"{address}/licenses") < _FIRST_VIEW_BYTES
    for path in (f"/licenses/{shown.license_key}", "/devices", "/administration/settings"):
        assert 0 < _bytes_of(page, address + path) < _LATER_VIEW_BYTES


def test_a_list_is_worked_by_keyboard(page: Page, demonstration: Shown) -> None:
    page.goto(f"{demonstration[1]}/licenses")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("[data-choose]:checked")).to_have_count(1)
    expect(page.locator("[data-chosen]")).to_have_text("1")
    page.keyboard.press("?")
    expect(page.locator("#keyboard-help")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("klinikum")
    expect(page.locator("#list tbody tr")).to_have_count(3)
    assert "q=klinikum" in page.url
    page.locator("body").click(position={"x": 640, "y": 5})
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("License")


def test_something_destructive_asks_first_and_no_means_no(page: Page, demonstration: Shown) -> None:
    _, address, shown = demonstration
    page.goto(f"{address}/licenses/{shown.license_key}")
    page.get_by_role("button", name="Delete").click()
    dialog = page.locator("dialog[open]")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_have_count(0)
    page.reload()
    expect(page.locator("h1")).to_contain_text(shown.license_key)


def test_leaving_a_changed_form_asks(page: Page, demonstration: Shown) -> None:
    _, address, shown = demonstration
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.goto(f"{address}/customers/{shown.customer_id}/edit")
    page.fill("#name", "Half a na")
    page.evaluate("location.href = '/licenses'")
    expect(page.locator("#name")).to_have_value("Half a na")
    assert asked == ["beforeunload"]


def test_a_double_click_sends_a_form_once(page: Page, demonstration: Shown) -> None:
    page.goto(f"{demonstration[1]}/institutions/2/notes/new")
    page.get_by_label("Note").fill("Said once")
    assert page.evaluate(_SENT_TWICE) == ["sent", "stopped"]


def test_the_colours_follow_the_reader_and_stay(page: Page, demonstration: Shown) -> None:
    page.goto(f"{demonstration[1]}/licenses")
    page.get_by_role("button", name="Dark colours").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.goto(f"{demonstration[1]}/devices")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_everything_works_without_javascript(browser: Browser, demonstration: Shown) -> None:
    _, address, _ = demonstration
    context = enter(browser, address, Role.OPERATOR, locale="en", java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/licenses")
    page.fill("#filter-q", "heidelberg")
    page.get_by_role("button", name="Filter").click()
    assert page.locator("#list tbody tr").count() == 3
    page.locator("[data-choose]").first.check()
    page.locator("button[value=suspend]").click()
    assert "Suspend 1 license?" in page.inner_text("main")
    page.locator("main form button[type=submit]").click()
    assert "1 done, 0 refused" in page.inner_text("main")
    page.goto(f"{address}/licenses?q=heidelberg&status=suspended")
    page.locator("#list tbody a").first.click()
    page.get_by_role("button", name="Resume").click()
    page.goto(f"{address}/licenses?q=heidelberg&status=suspended")
    assert page.locator("#list tbody tr").count() == 0
    page.goto(f"{address}/search?q=heidelberg")
    assert "Heidelberg" in page.inner_text("main")
    context.close()
