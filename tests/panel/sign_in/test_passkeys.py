"""Passkeys, with a real browser and the authenticator that it can pretend to have."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page, sync_playwright
from werkzeug.serving import make_server

from leasehold.kit.database import Database
from tests.panel.sign_in.people import Member, forget_codes, give_password, joined, sign_in

_CHROMIUM = "/usr/bin/chromium"
_AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@dataclass
class Desk:
    """A browser in front of the panel, and a member."""

    page: Page
    url: str
    member: Member
    database: Database
    authenticator: str

    def sign_in(self) -> None:
        forget_codes(self.database)
        self.page.goto(f"{self.url}/sign-in")
        self.page.get_by_label("E-mail address").fill(self.member.email)
        self.page.get_by_label("Password").fill(self.member.password)
        self.page.get_by_role("button", name="Sign in", exact=True).click()
        self.page.get_by_label("Code").fill(self.member.code())
        self.page.get_by_role("button", name="Continue").click()
        self.page.wait_for_url(f"{self.url}/account")

    def add_passkey(self) -> None:
        self.page.get_by_role("link", name="Add a passkey").click()
        self.page.get_by_label("Name of the passkey").fill("Key ring")
        self.page.get_by_role("button", name="Add a passkey").click()
        self.page.wait_for_url(f"{self.url}/account")
        assert self.page.locator("input[value='Key ring']").count() == 1

    def sign_out(self) -> None:
        self.page.get_by_role("button", name="Sign out").click()
        self.page.wait_for_url(f"{self.url}/")


@contextmanager
def _served(panel: Flask) -> Iterator[str]:
    server = make_server("localhost", 0, panel, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(timeout=10)
        server.server_close()


@pytest.fixture
def desk(panel: Flask, database: Database) -> Iterator[Desk]:
    member = joined(panel, database)
    panel.config["WTF_CSRF_ENABLED"] = True
    with _served(panel) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=["--no-sandbox"])
        page = browser.new_context(locale="en").new_page()
        page.set_default_timeout(20_000)
        cdp = page.context.new_cdp_session(page)
        cdp.send("WebAuthn.enable")
        made = cdp.send("WebAuthn.addVirtualAuthenticator", {"options": _AUTHENTICATOR})
        yield Desk(page, url, member, database, made["authenticatorId"])
        browser.close()


def test_a_passkey_is_added_lets_in_alone_is_a_second_factor_confirms_and_is_removed(desk: Desk) -> None:
    page, url = desk.page, desk.url
    desk.sign_in()
    desk.add_passkey()
    desk.sign_out()

    page.goto(f"{url}/sign-in")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"{url}/account")
    desk.sign_out()

    page.goto(f"{url}/sign-in")
    page.get_by_label("E-mail address").fill(desk.member.email)
    page.get_by_label("Password").fill(desk.member.password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"{url}/account")

    with desk.database.connect(application="test") as connection:
        connection.execute("UPDATE staff_sessions SET confirmed_at = confirmed_at - interval '11 min'")
    page.goto(f"{url}/staff")
    page.get_by_label("E-mail address").fill("grace@firm.test")
    page.get_by_role("button", name="Make the link").click()
    page.get_by_role("button", name="Use a passkey").click()
    page.get_by_text("Give this link to grace@firm.test").wait_for()

    with desk.database.connect(application="test") as connection:
        row = connection.execute("SELECT sign_count, last_used_at IS NOT NULL FROM staff_passkeys").fetchone()
        assert row is not None
        assert int(str(row[0])) > 1
        assert row[1] is True
        assert connection.execute("SELECT count(*) FROM staff_challenges").fetchone() == (0,)


def test_a_copied_passkey_is_refused(desk: Desk) -> None:
    page, url = desk.page, desk.url
    desk.sign_in()
    desk.add_passkey()
    desk.sign_out()
    with desk.database.connect(application="test") as connection:
        connection.execute("UPDATE staff_passkeys SET sign_count = 1000")
    page.goto(f"{url}/sign-in")
    page.get_by_role("button", name="Use a passkey").click()
    page.get_by_text("The passkey was not accepted").wait_for()
    page.goto(f"{url}/account")
    assert "/sign-in" in page.url


def test_an_answer_nobody_asked_for_is_refused(panel: Flask, client: FlaskClient, database: Database) -> None:
    member = joined(panel, database)
    for answer in ("", "{}", "nonsense", '{"id":"x"}', "x" * 200_000):
        assert client.post("/sign-in/passkey", data={"passkey_answer": answer}).location == "/sign-in"
        client.post("/passkeys/ask", base_url="http://localhost/")
        response = client.post("/sign-in/passkey", data={"passkey_answer": answer}, base_url="http://localhost/")
        assert response.location == "/sign-in"
    assert give_password(client, member).status_code == 302


def test_by_an_address_there_are_no_passkeys_and_the_page_says_why(
    panel: Flask, client: FlaskClient, database: Database
) -> None:
    sign_in(client, joined(panel, database), database)
    session = client.get_cookie("leasehold_session")
    client.set_cookie("leasehold_session", session.value if session else "", domain="127.0.0.1")
    assert "not by an IP address" in client.get("/account", base_url="http://127.0.0.1/").text
    assert client.post("/passkeys/ask", base_url="http://127.0.0.1/").status_code == 404
    assert "Use a passkey" not in panel.test_client().get("/sign-in", base_url="http://127.0.0.1/").text
    assert "Use a passkey" in panel.test_client().get("/sign-in", base_url="http://localhost/").text
