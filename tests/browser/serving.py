"""The panel on a port, for a browser; who has signed in is told by a cookie that only these tests know."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask, request
from playwright.sync_api import Browser, BrowserContext, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from leasehold.kit.database import Role as DatabaseRole
from leasehold.panel.context import Person, become
from leasehold.staff.roles import Role
from tests.browser.demonstration import Demonstration, make_demonstration
from tests.browser.demonstration_backups import make_backups
from tests.browser.demonstration_leads import give_work
from tests.browser.observations import make_observations
from tests.conftest import FreshDatabase, cloned_database
from tests.panel.conftest import make_panel, make_person

ROLE_COOKIE = "test-role"
QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]


class _Silent(WSGIRequestHandler):
    def log(self, type: str, message: str, *arguments: object) -> None:  # noqa: A002  # werkzeug's name
        pass


@contextmanager
def demonstration_panel(data_dir: Path) -> Iterator[tuple[Flask, str, Demonstration]]:
    """The application, its address, and what its database holds."""
    with cloned_database() as fresh:
        shown = make_demonstration(fresh.as_role(DatabaseRole.PANEL))
        make_backups(data_dir)
        make_observations(fresh.owner)
        for app in make_panel(data_dir, fresh.url):
            _let_in_by_cookie(app, fresh)
            with _served(app) as address:
                yield app, address, shown


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's chromium, without a screen."""
    path = shutil.which("chromium")
    assert path, "the browser tests need Debian's package chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        browser.close()


def enter(browser: Browser, address: str, role: Role | None, **options: object) -> BrowserContext:
    """A fresh browser profile, signed in with `role`; None has not signed in."""
    context = browser.new_context(reduced_motion="reduce", **options)  # type: ignore[arg-type]  # playwright's own options
    if role is not None:
        context.add_cookies([{"name": ROLE_COOKIE, "value": role.value, "url": address}])
    return context


def _let_in_by_cookie(app: Flask, fresh: FreshDatabase) -> None:
    people: dict[str, Person] = {role.value: make_person(fresh, role) for role in Role}
    give_work(fresh.owner, people[Role.ADMINISTRATOR.value].id)
    app.before_request_funcs.setdefault(None, []).insert(
        0, lambda: become(people.get(request.cookies.get(ROLE_COOKIE, "")))
    )


@contextmanager
def _served(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Silent)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:  # a server that goes on would keep the whole run from ending
        server.shutdown()
        thread.join()
        server.server_close()
