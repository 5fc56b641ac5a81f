"""Notes in the panel: shown without anything that runs, compared where two edit at once, restored."""

import pytest
from flask.testing import FlaskClient

from leasehold.kit.database import Database
from leasehold.panel.institutions.markdown import rendered
from leasehold.staff.roles import Role
from tests.panel.conftest import ClientAs
from tests.panel.institutions.test_institutions import make, number_in


@pytest.fixture
def sales(client_as: ClientAs) -> FlaskClient:
    return client_as(Role.SALES)


def _note(sales: FlaskClient, body: str = "One\n\nTwo") -> str:
    address = make(sales, "Acme")
    assert sales.post(f"{address}/notes/new", data={"body": body}).status_code == 303
    return "/notes/1"


def test_markdown_becomes_structure() -> None:
    html = str(
        rendered("# Head\n\n- **bold** ~~gone~~\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n[us](https://example.org 'x')")
    )
    for part in ("<h3>Head</h3>", "<strong>bold</strong>", "<s>gone</s>", "<td>1</td>", 'href="https://example.org"'):
        assert part in html
    assert 'rel="noopener noreferrer nofollow"' in html


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "![x](https://example.org/pixel.png)",
        "<a href='javascript:alert(1)'>x</a>",
        "<svg/onload=alert(1)>",
        "[x](vbscript:msgbox)",
        "<iframe src=//example.org></iframe>",
        "`<script>`",
        "[a]: javascript:alert(1)\n\n[a]",
        "<style>*{display:none}</style>",
    ],
)
def test_nothing_in_a_note_runs_or_loads(text: str) -> None:
    html = str(rendered(text)).lower()
    for tag in (
        "<script",
        "<img",
        "<svg",
        "<iframe",
        "<style",
        'href="javascript',
        'href="data',
        'href="vbscript',
        "<a onerror",
    ):
        assert tag not in html


def test_a_script_in_a_note_is_text(sales: FlaskClient) -> None:
    note = _note(sales, "<script>alert(1)</script>\n\n**bold**")
    page = sales.get(note).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<strong>bold</strong>" in page


def test_what_happened_tells_the_words_of_a_note_without_its_marks(sales: FlaskClient) -> None:
    _note(sales, "# Visit\n\n- **40** places & <b>more</b>")
    happened = sales.get("/institutions/1").text.partition("What happened")[2]
    assert "Visit 40 places &amp; &lt;b&gt;more&lt;/b&gt;" in happened


def test_who_saves_second_sees_both_texts_and_decides(sales: FlaskClient) -> None:
    note = _note(sales)
    assert sales.post(f"{note}/edit", data={"body": "Theirs", "base": "1"}).status_code == 303
    refused = sales.post(f"{note}/edit", data={"body": "Mine", "base": "1"})
    assert refused.status_code == 409
    for part in ("Theirs", "Mine", "Somebody else has changed this", 'name="base" type="hidden" value="2"'):
        assert part in refused.text
    assert sales.post(f"{note}/edit", data={"body": "Both", "base": "2"}).status_code == 303
    page = sales.get(note).text
    assert "Version 3" in page
    assert '<li class="removed"><span class="visually-hidden">removed: </span>Theirs</li>' in page


def test_a_version_is_restored_pinned_and_removed(sales: FlaskClient) -> None:
    note = _note(sales)
    sales.post(f"{note}/edit", data={"body": "Changed", "base": "1"})
    assert sales.post(f"{note}/restore/1", data={"base": "1"}).status_code == 409
    assert sales.post(f"{note}/restore/1", data={"base": "2"}).status_code == 303
    assert "version 1 restored" in sales.get(note).text
    assert sales.post(f"{note}/restore/9", data={"base": "3"}).status_code == 404
    assert sales.post(f"{note}/pin", data={"pinned": "yes"}).status_code == 303
    assert "Unpin" in sales.get(note).text
    assert "Remove this note?" in sales.post(f"{note}/remove").text
    assert sales.post(f"{note}/remove", data={"confirmed": "yes"}).status_code == 303
    assert sales.get(note).status_code == 404


@pytest.mark.parametrize(
    "form", [{"body": " ", "base": "1"}, {"body": "x" * 20_001, "base": "1"}, {"body": "x", "base": "y"}]
)
def test_what_is_no_note_is_refused(sales: FlaskClient, form: dict[str, str]) -> None:
    note = _note(sales)
    assert sales.post(f"{note}/edit", data=form).status_code == 422


@pytest.mark.parametrize("number", ["2147483648", "9" * 18, "9" * 30])
def test_a_version_that_cannot_be_is_none(sales: FlaskClient, database: Database, number: str) -> None:
    address = make(sales, "Acme")
    assert sales.post(f"{address}/notes/new", data={"body": "First"}).status_code == 303
    note = f"/notes/{number_in(database, 'SELECT id FROM institution_notes')}"
    assert sales.post(f"{note}/restore/{number}").status_code == 404
    assert sales.post(f"{note}/edit", data={"body": "Second", "base": number}).status_code == 409
    assert "Second" not in sales.get(note).text


def test_the_history_is_shown_whole_where_that_is_wanted(sales: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leasehold.panel.institutions.views.MOST_AT_FIRST", 1)
    address = make(sales, "Acme")
    for body in ("The first thing", "The last thing"):
        assert sales.post(f"{address}/notes/new", data={"body": body}).status_code == 303
    page = sales.get(address).text
    assert ("The last thing" in page, "The first thing" in page) == (True, False)
    assert f'href="{address}?all=yes"' in page
    page = sales.get(f"{address}?all=yes").text
    assert ("The last thing" in page, "The first thing" in page, "Show all" in page) == (True, True, False)
