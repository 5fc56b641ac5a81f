"""Compression, addresses with a hash in them, and how long a browser may keep what."""

import gzip
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import brotli
import pytest
from backports import zstd
from flask import Flask, Response, jsonify, url_for
from flask.testing import FlaskClient

from leasehold.panel.delivery import init_delivery

STYLE = b"body { margin: 0; }\n" * 50
PAGE = "<p>Licenses of Acme GmbH</p>" * 100
DECOMPRESS = {"zstd": zstd.decompress, "br": brotli.decompress, "gzip": gzip.decompress}
YEAR = "public, max-age=31536000, immutable"
FIRST_VIEW = ("tabler.min.css", "tabler.min.js", "htmx.min.js", "uplot.min.css", "uplot.min.js", "icons.svg")


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    (tmp_path / "panel.css").write_bytes(STYLE)
    app = Flask("panel", static_folder=str(tmp_path), static_url_path="/static")
    init_delivery(app)
    app.add_url_rule("/page", "page", view_func=lambda: PAGE)
    app.add_url_rule("/json", "json", view_func=lambda: jsonify(text=PAGE))
    app.add_url_rule("/address", "address", view_func=lambda: url_for("static", filename="panel.css"))
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.mark.parametrize("path", ["/page", "/json"])
@pytest.mark.parametrize(
    ("accepted", "encoding"), [("gzip, deflate, br, zstd", "zstd"), ("gzip, br", "br"), ("gzip", "gzip")]
)
def test_pages_are_compressed_as_the_browser_accepts(
    client: FlaskClient, path: str, accepted: str, encoding: str
) -> None:
    plain = client.get(path)
    answer = client.get(path, headers={"Accept-Encoding": accepted})
    assert answer.headers["Content-Encoding"] == encoding
    assert "Accept-Encoding" in answer.vary
    assert DECOMPRESS[encoding](answer.data) == plain.data
    assert "Content-Encoding" not in plain.headers


@pytest.mark.parametrize(
    ("accepted", "encoding"), [("gzip, deflate, br, zstd", "br"), ("gzip", "gzip"), ("br;q=0, gzip", "gzip")]
)
def test_files_are_compressed_as_the_browser_accepts(client: FlaskClient, accepted: str, encoding: str) -> None:
    answer = client.get("/static/panel.css", headers={"Accept-Encoding": accepted})
    assert answer.headers["Content-Encoding"] == encoding
    assert DECOMPRESS[encoding](answer.data) == STYLE
    assert answer.mimetype == "text/css"


@pytest.mark.parametrize("accepted", [None, "identity", "deflate"])
def test_a_browser_that_accepts_none_of_it_gets_the_file_itself(client: FlaskClient, accepted: str | None) -> None:
    answer = client.get("/static/panel.css", headers={"Accept-Encoding": accepted} if accepted else {})
    assert "Content-Encoding" not in answer.headers
    assert answer.data == STYLE


def test_an_address_with_the_hash_is_kept_for_a_year(client: FlaskClient) -> None:
    address = client.get("/address").text
    assert address.startswith("/static/panel.css?v=")
    assert client.get(address).headers["Cache-Control"] == YEAR


@pytest.mark.parametrize("query", ["", "?v=", "?v=0123456789ab"])
def test_any_other_address_is_kept_for_a_minute(client: FlaskClient, query: str) -> None:
    assert client.get(f"/static/panel.css{query}").headers["Cache-Control"] == "public, max-age=60"


def test_the_address_changes_with_the_file(client: FlaskClient, tmp_path: Path) -> None:
    before = client.get("/address").text
    (tmp_path / "panel.css").write_bytes(STYLE + b"p {}")
    assert client.get("/address").text != before
    assert client.get(before).headers["Cache-Control"] == "public, max-age=60"


def test_a_browser_that_has_the_file_is_told_so(client: FlaskClient) -> None:
    accept = {"Accept-Encoding": "br"}
    etag = client.get("/static/panel.css", headers=accept).headers["ETag"]
    again = client.get("/static/panel.css", headers=accept | {"If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")
    assert client.get("/static/panel.css", headers={"If-None-Match": etag}).status_code == 200


@pytest.mark.parametrize("path", ["/static/no.css", "/static/../delivery.py", "/static/%2e%2e/x", "/static/%00"])
def test_what_is_not_there_is_not_found(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("encoding", ["zstd", "br", "gzip"])
def test_an_endless_export_is_delivered_while_it_is_made(app: Flask, encoding: str) -> None:
    def rows() -> Iterator[str]:
        return (f"{number};{number * number}\n" for number in count())

    app.add_url_rule("/export", "export", view_func=lambda: Response(rows(), mimetype="text/csv"))
    answer = app.test_client().get("/export", headers={"Accept-Encoding": encoding}, buffered=False)
    assert answer.headers["Content-Encoding"] == encoding
    chunks = iter(answer.response)
    assert next(chunks)
    assert next(chunks)
    answer.close()


def test_a_first_view_leaves_room_under_350_kilobytes() -> None:
    app = Flask("leasehold.panel")
    init_delivery(app)
    client = app.test_client()
    accept = {"Accept-Encoding": "gzip, deflate, br, zstd"}
    sizes = {name: len(client.get(f"/static/vendor/{name}", headers=accept).data) for name in FIRST_VIEW}
    assert sum(sizes.values()) < 160_000, sizes


def test_the_panel_is_delivered_like_this(panel: Flask) -> None:
    with panel.test_request_context():
        address = url_for("static", filename="vendor/tabler.min.css")
    answer = panel.test_client().get(address, headers={"Accept-Encoding": "br"})
    assert answer.headers["Content-Encoding"] == "br"
    assert answer.headers["Cache-Control"] == YEAR
    assert "Content-Security-Policy" in answer.headers
