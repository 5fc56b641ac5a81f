"""What we did not write works in a real browser under the panel's policy, which allows no inline style or script."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from flask import Flask, Response, render_template_string
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from leasehold.panel.delivery import init_delivery
from leasehold.panel.headers import init_headers
from tests.browser.serving import chromium

PAGE = """<!doctype html>
<html lang="en" data-bs-theme="dark"><head><meta charset="utf-8"><title>Assets</title>
<link rel="icon" href="data:,">
<meta name="htmx-config" content='{"includeIndicatorStyles":false,"allowEval":false}'>
{% for name in ["tabler.min.css", "uplot.min.css"] %}
<link rel="stylesheet" href="{{ url_for('static', filename='vendor/' ~ name) }}">{% endfor %}
{% for name in ["tabler.min.js", "htmx.min.js", "uplot.min.js"] %}
<script src="{{ url_for('static', filename='vendor/' ~ name) }}" defer></script>{% endfor %}
<script src="/probe.js" defer></script>
</head><body {{ inline }}>
<svg class="icon" id="icon"><use href="{{ url_for('static', filename='vendor/icons.svg') }}#icon-key"></use></svg>
<div class="dropdown"><button class="btn btn-primary" data-bs-toggle="dropdown">Open</button>
<div class="dropdown-menu"><a class="dropdown-item" href="#">An entry</a></div></div>
<button data-bs-toggle="collapse" data-bs-target="#sidebar">Menu</button>
<div class="collapse" id="sidebar">The sidebar</div>
<button data-bs-toggle="modal" data-bs-target="#question">Ask</button>
<div class="modal fade" id="question" tabindex="-1" aria-label="Question"><div class="modal-dialog">
<div class="modal-content">Are you sure?<button data-bs-dismiss="modal">No</button></div></div></div>
<button hx-get="/piece" hx-target="#here">Load</button><div id="here"></div>
<div id="chart"></div>
</body></html>"""

PROBE = """
addEventListener("securitypolicyviolation", (event) => console.error("refused: " + event.violatedDirective));
const options = { width: 300, height: 100, series: [{}, { stroke: "red", fill: "blue", label: "Sessions" }] };
new uPlot(options, [[1, 2, 3], [5, 1, 4]], document.getElementById("chart"));
"""


@dataclass
class Panel:
    """A page of ours in the browser, and everything that the browser complained about."""

    address: str
    page: Page
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str = "/") -> None:
        self.page.on("console", lambda message: self.complaints.append(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("requestfailed", lambda request: self.complaints.append(request.url))
        self.page.goto(self.address + path, wait_until="networkidle")


def _app() -> Flask:
    app = Flask("leasehold.panel")
    init_headers(app)
    init_delivery(app)
    app.add_url_rule("/", "page", lambda: render_template_string(PAGE))
    app.add_url_rule("/inline", "inline", lambda: render_template_string(PAGE, inline="style=color:red"))
    app.add_url_rule("/piece", "piece", lambda: "<b>A piece</b>")
    app.add_url_rule("/probe.js", "probe", lambda: Response(PROBE, mimetype="text/javascript"))

    return app


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = make_server("127.0.0.1", 0, _app(), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def panel(address: str, browser: Browser) -> Iterator[Panel]:
    page = browser.new_page()
    panel = Panel(address, page)
    yield panel
    page.close()


def test_nothing_is_refused(panel: Panel) -> None:
    panel.open()
    assert panel.complaints == []


def test_the_policy_is_in_force(panel: Panel) -> None:
    panel.open("/inline")
    assert any("style" in complaint for complaint in panel.complaints)


def test_tabler_gives_the_page_its_look(panel: Panel) -> None:
    panel.open()
    color = "element => getComputedStyle(element).backgroundColor"
    assert panel.page.locator("body").evaluate(color) != panel.page.locator(".btn-primary").evaluate(color)
    assert panel.page.evaluate("getComputedStyle(document.body).getPropertyValue('--tblr-primary')")


def test_menus_sidebar_and_questions_open(panel: Panel) -> None:
    panel.open()
    page = panel.page
    page.get_by_role("button", name="Open").click()
    page.get_by_text("An entry").wait_for(state="visible")
    page.keyboard.press("Escape")
    page.get_by_text("An entry").wait_for(state="hidden")
    page.get_by_role("button", name="Menu").click()
    page.get_by_text("The sidebar").wait_for(state="visible")
    page.get_by_role("button", name="Ask").click()
    page.get_by_text("Are you sure?").wait_for(state="visible")
    page.get_by_role("button", name="No").click()
    page.get_by_text("Are you sure?").wait_for(state="hidden")
    assert panel.complaints == []


def test_htmx_loads_a_piece(panel: Panel) -> None:
    panel.open()
    panel.page.get_by_role("button", name="Load").click()
    panel.page.locator("#here b", has_text="A piece").wait_for()
    assert panel.complaints == []


def test_a_chart_is_drawn(panel: Panel) -> None:
    panel.open()
    canvas = panel.page.locator("#chart canvas")
    canvas.wait_for()
    painted = "c => c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some((value) => value > 0)"
    assert canvas.evaluate(painted)
    assert panel.page.locator("#chart .u-legend").is_visible()


def test_an_icon_of_the_sprite_is_drawn(panel: Panel) -> None:
    panel.open()
    assert panel.page.locator("#icon use").evaluate("element => element.getBBox().width") > 10


def test_a_second_view_loads_no_file_again(panel: Panel) -> None:
    panel.open()
    panel.page.goto(panel.address + "/?again", wait_until="networkidle")
    sizes = "performance.getEntriesByType('resource').map((entry) => [entry.name, entry.transferSize])"
    loaded = [name for name, size in panel.page.evaluate(sizes) if size and "/static/" in name]
    assert loaded == []
