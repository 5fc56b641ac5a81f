"""Pictures of every page, for the people who make them: light and dark, wide and narrow, German and English.

python -m tests.browser.screenshots DIRECTORY [ENDPOINT …]
"""

import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from leasehold.staff.roles import Role
from tests import conftest
from tests.browser.places import paths_of
from tests.browser.serving import chromium, demonstration_panel, enter

LOOKS = (("light", 1280, "en"), ("dark", 1280, "de"), ("light", 390, "de"), ("dark", 390, "en"))


def main(directory: Path, wanted: set[str]) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data_dir, demonstration_panel(Path(data_dir)) as (app, address, shown):
        paths = paths_of(app, shown)
        with chromium() as browser:
            for theme, width, language in LOOKS:
                size = {"width": width, "height": 900}
                context = enter(
                    browser, address, Role.ADMINISTRATOR, viewport=size, locale=language, color_scheme=theme
                )
                page = context.new_page()
                for endpoint, path in paths.items():
                    if not wanted or endpoint in wanted:
                        page.goto(address + path, wait_until="load")
                        page.screenshot(path=directory / f"{endpoint}-{theme}-{width}-{language}.png", full_page=True)
                context.close()


if __name__ == "__main__":
    config = cast(Any, SimpleNamespace(option=SimpleNamespace(collectonly=False), stash={}))
    conftest.pytest_configure(config)
    try:
        main(Path(sys.argv[1]), set(sys.argv[2:]))
    finally:
        conftest.pytest_unconfigure(config)
