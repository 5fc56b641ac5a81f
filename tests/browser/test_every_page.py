"""Every page, as each role, in both languages: the browser complains of nothing. Axe finds nothing in either theme.

Axe looks at what administrators see, who see everything, in both languages, and at what the others see in one.
What is refused to a role is asked for without the browser.
"""

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

from leasehold.panel.locale import LANGUAGES
from leasehold.staff.roles import Role
from tests.browser.axe import colour_violations, violations
from tests.browser.demonstration import Demonstration
from tests.browser.places import paths_of
from tests.browser.serving import ROLE_COOKIE, enter

_NARROW = {"width": 390, "height": 844}
_OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def _listen(page: Page) -> list[str]:
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return complaints


def _is_refused(app: Flask, role: Role | None, path: str) -> bool:
    """Whether `role` is told that it may not see the page, or somebody who has not signed in is led to do so."""
    client = app.test_client()
    if role is not None:
        client.set_cookie(ROLE_COOKIE, role.value)
    answer = client.get(path)
    return answer.status_code == 403 or (role is None and answer.status_code == 302)


def _violations_in_both_themes(page: Page) -> list[str]:
    found: list[str] = []
    for theme, look in (("light", violations), ("dark", colour_violations)):
        page.evaluate("theme => { document.documentElement.dataset.bsTheme = theme }", theme)
        found += [f"{theme}: {violation}" for violation in look(page)]
    return found


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("role", [*Role, None])
def test_every_page_is_accessible_and_quiet(
    demonstration: tuple[Flask, str, Demonstration], browser: Browser, role: Role | None, language: str
) -> None:
    app, address, shown = demonstration
    context = enter(browser, address, role, locale=language)
    page = context.new_page()
    complaints = _listen(page)
    problems: list[str] = []
    seen: set[str] = set()
    for endpoint, path in paths_of(app, shown).items():
        if _is_refused(app, role, path):
            continue
        answer = page.goto(address + path, wait_until="load")
        assert answer is not None
        if page.url in seen:  # another page led to it already
            continue
        seen.add(page.url)
        if role is Role.ADMINISTRATOR or language == "de":
            problems += [f"{endpoint} {violation}" for violation in _violations_in_both_themes(page)]
        if page.locator("html").get_attribute("lang") != language:
            problems.append(f"{endpoint}: not in {language}")
        problems += [f"{endpoint}: {complaint}" for complaint in complaints]
        complaints.clear()
        if answer.status >= 400:
            problems.append(f"{endpoint}: {answer.status}")
    context.close()
    assert not problems, "\n".join(problems)
    assert len(seen) > (0 if role is None else 5)


@pytest.mark.slow
def test_no_page_is_wider_than_a_phone(demonstration: tuple[Flask, str, Demonstration], browser: Browser) -> None:
    app, address, shown = demonstration
    context = enter(browser, address, Role.ADMINISTRATOR, viewport=_NARROW, locale="de")
    page = context.new_page()
    wide: dict[str, int] = {}
    for endpoint, path in paths_of(app, shown).items():
        page.goto(address + path, wait_until="load")
        if (overflow := page.evaluate(_OVERFLOW)) > 0:
            wide[endpoint] = overflow
    context.close()
    assert wide == {}
