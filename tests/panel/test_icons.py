"""Every icon that a page asks for is in the sprite."""

import re
from pathlib import Path

from leasehold.panel import app
from leasehold.panel.navigation import PLACES

PANEL = Path(app.__file__).parent
ASKED = re.compile(r"""\bicon\(\s*["']([\w-]+)["']|\bicon=["']([\w-]+)["']""")


def test_no_page_asks_for_an_icon_that_is_not_there() -> None:
    sprite = (PANEL / "static/vendor/icons.svg").read_text()
    there = set(re.findall(r'<symbol id="icon-([\w-]+)"', sprite))
    asked = {place.icon for place in PLACES}
    for source in [*PANEL.rglob("*.html"), *PANEL.rglob("*.py")]:
        asked |= {first or second for first, second in ASKED.findall(source.read_text())}
    assert "bookmark" in asked
    assert asked <= there, f"add to assets/icons.txt: {sorted(asked - there)}"
