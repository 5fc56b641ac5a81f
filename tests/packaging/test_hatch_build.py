"""The build hook's decisions, on a source tree of its own; what it made for this checkout; and real builds of it."""

import gettext
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import hatch_build
import pytest

ROOT = Path(hatch_build.__file__).parent
VENDOR = ROOT / hatch_build.VENDOR
UNREACHABLE = "http://127.0.0.1:1"

LICENCES = {
    "tabler.min.css": {"tabler", "bootstrap"},
    "tabler.min.js": {"tabler", "bootstrap", "popper"},
    "htmx.min.js": {"htmx"},
    "uplot.min.css": {"uplot"},
    "uplot.min.js": {"uplot"},
    "icons.svg": {"icons"},
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of this checkout with nothing that was built."""
    root = tmp_path / "leasehold"
    for folder in ("src", "assets"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("vendor", "*.mo", "__pycache__"))
    for name in ("hatch_build.py", "pyproject.toml", "README.md", "LICENSE", ".gitignore"):
        shutil.copy(ROOT / name, root)
    return root


@pytest.fixture
def built_tree(tree: Path) -> Path:
    """The same, with the vendor folder that this checkout has."""
    shutil.copytree(VENDOR, tree / hatch_build.VENDOR)
    return tree


def _build(root: Path, *targets: str) -> subprocess.CompletedProcess[str]:
    """Hatchling as installers call it, without any tool on the PATH and without the npm registry."""
    environment = os.environ | {"PATH": "", "npm_config_registry": UNREACHABLE, "npm_config_fetch_retries": "0"}
    words = [word for target in targets for word in ("-t", target)]
    command = [sys.executable, "-m", "hatchling", "build", *words]
    return subprocess.run(command, cwd=root, env=environment, check=False, capture_output=True, text=True)


class TestPins:
    def packages(self) -> dict[str, dict[str, str]]:
        lock = json.loads((ROOT / "assets/package-lock.json").read_text())
        return {name: entry for name, entry in lock["packages"].items() if name}

    def test_every_package_has_the_hash_of_its_content(self) -> None:
        assert self.packages()
        assert all(re.fullmatch(r"sha512-[\w+/]{86}==", entry["integrity"]) for entry in self.packages().values())

    def test_no_package_is_tied_to_a_registry(self) -> None:
        assert not [name for name, entry in self.packages().items() if "resolved" in entry]
        assert "registry" not in (ROOT / "assets/package-lock.json").read_text()

    def test_the_versions_are_exact(self) -> None:
        asked = json.loads((ROOT / "assets/package.json").read_text())["dependencies"]
        assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in asked.values())
        assert (
            asked.items() == {n.removeprefix("node_modules/"): e["version"] for n, e in self.packages().items()}.items()
        )
        assert asked["htmx.org"].startswith("2.0.")

    def test_the_names_of_icons_are_sorted_and_each_is_there_once(self) -> None:
        names = (ROOT / "assets/icons.txt").read_text().split()
        assert names == sorted(set(names))


class TestVendorFolder:
    def test_it_was_made_from_the_sources_as_they_are(self) -> None:
        assert hatch_build.is_current(ROOT), "run make install"

    def test_every_file_has_its_licences_beside_it(self) -> None:
        there = {path.name for path in VENDOR.iterdir()}
        texts = {f"{name}.LICENSE.txt" for names in LICENCES.values() for name in names}
        assert there == LICENCES.keys() | texts | {hatch_build.STAMP}
        for text in texts:
            assert re.search("permission", (VENDOR / text).read_text(), re.IGNORECASE), text

    def test_the_sprite_has_every_icon_of_the_list(self) -> None:
        found = re.findall(r'<symbol id="icon-([a-z0-9-]+)"', (VENDOR / "icons.svg").read_text())
        assert found == (ROOT / "assets/icons.txt").read_text().split()


class TestStamp:
    def test_a_tree_without_vendor_folder_is_not_current(self, tree: Path) -> None:
        assert not hatch_build.is_current(tree)

    def test_a_copy_is_current(self, built_tree: Path) -> None:
        assert hatch_build.is_current(built_tree)

    @pytest.mark.parametrize("source", hatch_build.SOURCES)
    def test_a_change_to_any_source_makes_it_stale(self, built_tree: Path, source: str) -> None:
        with (built_tree / source).open("a") as file:
            file.write("\n")
        assert not hatch_build.is_current(built_tree)

    def test_a_failed_fetch_leaves_what_was_there(self, built_tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(pins: Path, directory: Path) -> None:
            raise hatch_build.BuildFailed("no registry")

        monkeypatch.setattr(hatch_build, "fetch", refuse)
        with pytest.raises(hatch_build.BuildFailed):
            hatch_build.vendor(built_tree)
        assert hatch_build.is_current(built_tree)
        assert [path.name for path in (built_tree / hatch_build.VENDOR).parent.glob(".*")] == []


class TestSprite:
    def test_an_icon_that_does_not_exist_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(hatch_build.BuildFailed, match="the icon unicorn,"):
            hatch_build.sprite(tmp_path, ["unicorn"])

    def test_the_frame_that_every_drawing_has_is_left_out(self, tmp_path: Path) -> None:
        frame = '<path stroke="none" d="M0 0h24v24H0z" fill="none"/>'
        (tmp_path / "dot.svg").write_text(
            f'<svg xmlns="http://www.w3.org/2000/svg" stroke-width="2">{frame}<path d="M1 1"/></svg>'
        )
        drawn = hatch_build.sprite(tmp_path, ["dot"])
        assert "M1 1" in drawn
        assert "M0 0h24" not in drawn
        assert "stroke-width" not in drawn


class TestCatalogues:
    def test_what_is_translated_is_compiled_and_what_is_fuzzy_is_not(self, tmp_path: Path) -> None:
        folder = tmp_path / "de/LC_MESSAGES"
        folder.mkdir(parents=True)
        header = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n'
        words = 'msgid "Key"\nmsgstr "Schlüssel"\n\n#, fuzzy\nmsgid "Seat"\nmsgstr "Sitz"\n'
        (folder / "messages.po").write_text(f"{header}\n{words}", encoding="utf-8")
        hatch_build.compile_catalogues(tmp_path)
        german = gettext.translation("messages", tmp_path, ["de"])
        assert (german.gettext("Key"), german.gettext("Seat")) == ("Schlüssel", "Seat")


class TestBuilds:
    def test_a_source_distribution_becomes_a_wheel_without_the_npm_registry(self, built_tree: Path) -> None:
        outcome = _build(built_tree, "sdist")
        assert outcome.returncode == 0, outcome.stderr
        (source,) = (built_tree / "dist").glob("*.tar.gz")
        with tarfile.open(source) as archive:
            archive.extractall(built_tree / "unpacked", filter="data")
        (unpacked,) = (built_tree / "unpacked").iterdir()
        outcome = _build(unpacked, "wheel")
        assert outcome.returncode == 0, outcome.stderr
        (wheel,) = (unpacked / "dist").glob("*.whl")
        names = set(zipfile.ZipFile(wheel).namelist())
        static = "leasehold/panel/static"
        assert {f"{static}/vendor/{path.name}" for path in VENDOR.iterdir()} <= names
        assert f"{static}/panel.css" in names
        assert "leasehold/panel/translations/de/LC_MESSAGES/messages.mo" in names
        assert not [name for name in names if name.startswith(("assets", "tests", "hatch_build"))]

    def test_an_installer_is_asked_for_node_only_where_something_is_to_be_fetched(self, built_tree: Path) -> None:
        assert not [name for name in self._asked(built_tree) if name.startswith("nodejs")]
        (built_tree / hatch_build.VENDOR / hatch_build.STAMP).unlink()
        assert hatch_build.NODE in self._asked(built_tree)

    def _asked(self, root: Path) -> list[str]:
        ask = "import hatchling.build as b, json; print(json.dumps(b.get_requires_for_build_wheel()))"
        answer = subprocess.run([sys.executable, "-c", ask], cwd=root, check=True, capture_output=True, text=True)
        asked: list[str] = json.loads(answer.stdout)
        return asked


@pytest.mark.slow
class TestFetching:
    """With the registries, as an installer does it: an isolated build, nothing on the PATH."""

    def _wheel(self, root: Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--wheel-dir", "dist", "."]
        environment = os.environ | {"PATH": ""}
        return subprocess.run(command, cwd=root, env=environment, check=False, capture_output=True, text=True)

    def test_a_fresh_checkout_is_built_with_an_empty_path(self, tree: Path) -> None:
        outcome = self._wheel(tree)
        assert outcome.returncode == 0, outcome.stderr
        made = {path.name: path.read_bytes() for path in (tree / hatch_build.VENDOR).iterdir()}
        assert made == {path.name: path.read_bytes() for path in VENDOR.iterdir()}

    def test_content_that_is_not_what_was_pinned_fails_the_build(self, tree: Path) -> None:
        lock = tree / "assets/package-lock.json"
        contents = json.loads(lock.read_text())
        contents["packages"]["node_modules/uplot"]["integrity"] = f"sha512-{'A' * 86}=="
        lock.write_text(json.dumps(contents))
        outcome = self._wheel(tree)
        assert outcome.returncode != 0
        assert "The panel's assets could not be fetched" in outcome.stdout + outcome.stderr
        assert "EINTEGRITY" in outcome.stdout + outcome.stderr
        assert not (tree / hatch_build.VENDOR).exists()
