"""What axe finds wrong with the page that a browser shows."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# All rules that look at colours, which are what one theme has other than the other.
_COLOURS = ["color-contrast", "link-in-text-block"]
_RUN = """options => axe.run(document, {resultTypes: ["violations"], ...options}).then(found =>
    found.violations.map(one => `${one.id}: ${one.nodes[0].html.slice(0, 200)}`))"""


def violations(page: Page) -> list[str]:
    """Each broken rule, with the first place where it is."""
    page.evaluate(Axe().axe_script)
    return _run(page, {})


def colour_violations(page: Page) -> list[str]:
    """The same of the colours alone, once `violations` was asked about the page."""
    return _run(page, {"runOnly": {"type": "rule", "values": _COLOURS}})


def _run(page: Page, options: dict[str, object]) -> list[str]:
    found: list[str] = page.evaluate(_RUN, options)
    return found
