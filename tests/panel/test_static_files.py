"""Files in memory: what is compressed, what a version stands for, what lies outside."""

import gzip
from pathlib import Path

import brotli
import pytest

from leasehold.panel.static_files import StaticFile, StaticFiles

STYLE = b"body { margin: 0; }\n" * 50


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "secret.css").write_bytes(STYLE)
    public = tmp_path / "public"
    (public / "vendor").mkdir(parents=True)
    (public / "vendor/a.css").write_bytes(STYLE)
    return public


def _found(files: StaticFiles, name: str) -> StaticFile:
    file = files.find(name)
    assert file is not None
    return file


def test_every_encoding_gives_the_content(folder: Path) -> None:
    file = _found(StaticFiles(folder), "vendor/a.css")
    assert file.encodings == ("br", "gzip", "identity")
    assert brotli.decompress(file.encoded("br")) == STYLE
    assert gzip.decompress(file.encoded("gzip")) == STYLE
    assert file.encoded("identity") == STYLE


def test_a_file_is_compressed_once(folder: Path) -> None:
    files = StaticFiles(folder)
    first = _found(files, "vendor/a.css").encoded("br")
    assert _found(files, "vendor/a.css").encoded("br") is first


def test_small_files_and_pictures_stay_as_they_are() -> None:
    assert StaticFile(b"a{}", "text/css").encodings == ("identity",)
    assert StaticFile(STYLE, "image/png").encodings == ("identity",)


def test_the_version_follows_the_content(folder: Path) -> None:
    files = StaticFiles(folder)
    before = _found(files, "vendor/a.css").version
    (folder / "vendor/a.css").write_bytes(STYLE + b"p {}")
    after = _found(files, "vendor/a.css")
    assert after.version != before
    assert after.content.endswith(b"p {}")


@pytest.mark.parametrize(
    "name", ["../secret.css", "vendor/../../secret.css", "/etc/passwd", "vendor", "no.css", "a\0b"]
)
def test_nothing_outside_the_folder_is_found(folder: Path, name: str) -> None:
    assert StaticFiles(folder).find(name) is None


@pytest.mark.parametrize(
    ("name", "media_type"),
    [("a.css", "text/css"), ("a.js", "text/javascript"), ("a.svg", "image/svg+xml"), ("a.sha256", None)],
)
def test_media_types_do_not_depend_on_the_machine(tmp_path: Path, name: str, media_type: str | None) -> None:
    (tmp_path / name).touch()
    assert _found(StaticFiles(tmp_path), name).media_type == (media_type or "application/octet-stream")
