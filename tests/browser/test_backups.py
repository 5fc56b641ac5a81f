"""A backup is made from the page, which follows it without being loaded again."""

from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect

from leasehold.backups.places import Places
from leasehold.panel.context import Installation
from leasehold.staff.roles import Role
from tests.browser.demonstration import Demonstration
from tests.browser.serving import enter
from tests.panel.conftest import wait_for_runs

_PATIENCE_MS = 120_000


@pytest.mark.slow
def test_the_page_follows_a_backup_from_its_beginning_to_its_end(
    demonstration: tuple[Flask, str, Demonstration],
    browser: Browser,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    app, address, _shown = demonstration
    here: Installation = app.extensions["leasehold"]
    monkeypatch.setenv("HOME", str(tmp_path))  # where no SSH key is: the archive is on the internet
    context = enter(browser, address, Role.ADMINISTRATOR, locale="en")
    page = context.new_page()
    page.goto(f"{address}/backups")
    page.get_by_label("Reason").fill("the browser's own")
    with here.database.connect(application="test") as holder:  # however fast it is, it is seen while it goes on
        holder.execute("LOCK TABLE pipeline_stages IN ACCESS EXCLUSIVE MODE")
        page.get_by_role("button", name="Back up now").click()
        page.evaluate("window.notLoadedAgain = true")
        line = page.locator("tr", has_text="the browser's own")
        expect(line).to_contain_text("being made", timeout=_PATIENCE_MS)
    expect(line).to_contain_text("only on this server", timeout=_PATIENCE_MS)
    expect(page.get_by_text("There is no SSH key for the archive").first).to_be_visible(timeout=_PATIENCE_MS)
    assert page.evaluate("window.notLoadedAgain")
    context.close()
    wait_for_runs(Places(here.configuration.data_dir))
