"""Files of all sorts: what is good goes in, what is wrong is told of, row by row and all at once."""

from pathlib import Path

import pytest
from sqlalchemy import select

from leasehold.imports import spreadsheets, text_files
from leasehold.imports.errors import FileRefused, ImportInUse, ImportReverted, RowsRefused
from leasehold.imports.staging import RowState
from leasehold.imports.tables import Choices
from leasehold.kit.database import Database, Role
from leasehold.kit.orm import transaction
from leasehold.resources.importing.service import list_imports, revert_import
from leasehold.resources.keeping import list_notes, retire
from leasehold.resources.models import Resource
from leasehold.resources.vocabulary import ResourceKind
from tests.conftest import FreshDatabase
from tests.resources.files import Cell, look, spreadsheet, take
from tests.resources.stock import ACTOR, make_pool, states

IPV4, PHONE, DOMAIN = ResourceKind.IPV4, ResourceKind.PHONE, ResourceKind.DOMAIN

# What is in the file, for which kind: its values, in their order.
GOLDEN: dict[str, tuple[ResourceKind, bytes, list[str]]] = {
    "plain": (IPV4, b"10.0.0.1\n10.0.0.2\n", ["10.0.0.1", "10.0.0.2"]),
    "windows_lines_and_blank_ones": (IPV4, b"10.0.0.1\r\n\r\n  \r\n10.0.0.2", ["10.0.0.1", "10.0.0.2"]),
    "blocks": (
        IPV4,
        b"10.0.0.0/31\n10.0.1.1-2\n10.0.[2,3].9\n10.0.4.1, 10.0.4.2;10.0.4.3\n",
        ["10.0.0.0", "10.0.0.1", "10.0.1.1", "10.0.1.2", "10.0.2.9", "10.0.3.9", "10.0.4.1", "10.0.4.2", "10.0.4.3"],
    ),
    "one_column_with_a_header": (PHONE, b"Rufnummer\n+49 30 1234567\n", ["+49301234567"]),
    "semicolons": (DOMAIN, "Notiz;Domain\n;faß.de\nalt;example.com\n".encode(), ["xn--fa-hia.de", "example.com"]),
    "tabs": (IPV4, b"Nr\tIP-Adresse\n1\t10.0.0.1\n", ["10.0.0.1"]),
    "commas_and_quotes": (IPV4, b'ip,note\n"10.0.0.1","a, b"\n', ["10.0.0.1"]),
    "a_mark": (DOMAIN, b"\xef\xbb\xbfdomain\nm\xc3\xbcller.de\n", ["xn--mller-kva.de"]),
    "utf16": (DOMAIN, "domain\nmüller.de\n".encode("utf-16"), ["xn--mller-kva.de"]),
    "cp1252": (DOMAIN, "Domäne;Bemerkung\nmüller.de;für Käse\n".encode("cp1252"), ["xn--mller-kva.de"]),
    "an_export": (PHONE, b"value\n'+49 30 1234567\n", ["+49301234567"]),
    "phones": (
        PHONE,
        b"+49 30 12345600 - +49 30 12345602\n+49 69 1234567 ext. 12\n",
        ["+493012345600", "+493012345601", "+493012345602", "+49691234567;ext=12"],
    ),
}


def test_what_people_send_is_read(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "file.csv"
    for name, (kind, content, values) in GOLDEN.items():
        file.write_bytes(content)
        number = take(database, make_pool(database, kind=kind, name=name), file)
        with transaction(database, ACTOR) as session:
            assert list(session.scalars(select(Resource.value).order_by(Resource.id))) == values, name
            revert_import(session, number, "next")


# One mistake each: kind, content, row, problem.
MISTAKES = [
    (IPV4, "010.0.0.1", 1, "leading_zero"),
    (IPV4, "10.0.0.1\n\n::1", 3, "ipv6"),
    (IPV4, "1.2.3.4/33", 1, "prefix"),
    (IPV4, "1.2.3.4/24", 1, "host_bits"),
    (IPV4, "10.0.0.0/8", 1, "too_many"),
    (IPV4, "10.0.0.9-10.0.0.1", 1, "backwards"),
    (IPV4, "224.0.0.1", 1, "not_usable"),
    (IPV4, "10.0.0.1\n10.0.0.0/30", 2, "duplicate"),
    (IPV4, "ip;note\n;left over", 2, "no_value"),
    (IPV4, "=10.0.0.1", 1, "formula"),
    (IPV4, "ip;note\n10.0.0.1;" + "x" * 5000, 2, "note"),
    (DOMAIN, "xn--fass-.de", 1, "punycode"),
    (DOMAIN, "\u0440\u0430\u0443\u0440\u0430l.com", 1, "mixed_scripts"),
    (DOMAIN, "\u0440\u0430\u0443\u0440\u0430\u0443.com", 1, "looks_latin"),
    (DOMAIN, "a_b.de", 1, "character"),
    (DOMAIN, "localhost", 1, "suffix_unknown"),
    (PHONE, "030 1234567", 1, "no_country"),
    (PHONE, "Telefon\n4.93012E+11", 2, "spreadsheet_number"),
    (PHONE, "Telefon\n493012345678.0", 2, "spreadsheet_number"),
    (PHONE, '=HYPERLINK("http://x")', 1, "formula"),
    (PHONE, "+49 30 1", 1, "local_only"),
]


def test_each_mistake_is_told_with_its_row_and_nothing_is_written(database: Database, tmp_path: Path) -> None:
    pools = {kind: make_pool(database, kind=kind, name=kind.value) for kind in ResourceKind}
    file = tmp_path / "file.csv"
    for kind, content, row, problem in MISTAKES:
        file.write_text(content, encoding="utf-8")
        with pytest.raises(RowsRefused) as refused:
            take(database, pools[kind], file)
        (told,) = refused.value.context["rows"]
        assert (told["row"], told["problem"]) == (row, problem), content
        assert f"row {row}: " in refused.value.detail
    assert states(database) == {}


def test_all_mistakes_are_told_at_once_and_good_rows_can_go_alone(database: Database, tmp_path: Path) -> None:
    pool = make_pool(database, "10.0.0.1")
    make_pool(database, "10.0.0.2", name="other")
    file = tmp_path / "file.csv"
    file.write_text("10.0.0.1\n10.0.0.2\n10.0.0.3\n10.0.0.3\n300.0.0.1\n10.0.0.4, x\n10.0.0.5\n")
    with pytest.raises(RowsRefused) as refused:
        take(database, pool, file)
    assert [(row["row"], row["problem"]) for row in refused.value.context["rows"]] == [
        (2, "in_another_pool"),
        (4, "duplicate"),
        (5, "number_too_large"),
        (6, "no_ipv4"),
    ]
    assert "“other”" in refused.value.detail
    assert "row 3 already" in refused.value.detail
    assert len(states(database)) == 2
    figures = look(database, pool, file).figures
    assert [figures.of(state) for state in RowState] == [2, 1, 1, 3]
    take(database, pool, file, good_rows_only=True)
    assert set(states(database)) == {f"10.0.0.{number}" for number in (1, 2, 3, 5)}  # a line is taken whole or not


def test_columns_are_chosen_and_remembered_for_the_same_header(database: Database, tmp_path: Path) -> None:
    pool = make_pool(database)
    file = tmp_path / "file.csv"
    file.write_text("Host;Was\nweb;10.0.0.1\n")
    assert look(database, pool, file).figures.of(RowState.NEW) == 0
    with pytest.raises(FileRefused) as refused:
        look(database, pool, file, Choices(columns={"value": "Wo"}))
    assert refused.value.context["problem"] == "column"
    chosen = Choices(columns={"value": "was", "note": "Host"})
    assert look(database, pool, file, chosen).figures.of(RowState.NEW) == 1
    assert look(database, pool, file).figures.of(RowState.NEW) == 0
    take(database, pool, file, chosen)
    assert look(database, pool, file).figures.of(RowState.SAME) == 1
    with transaction(database, ACTOR) as session:
        assert [note.body for note in list_notes(session, 1)] == ["web"]


def test_encoding_and_delimiter_can_be_said(database: Database, tmp_path: Path) -> None:
    pool = make_pool(database, kind=DOMAIN)
    file = tmp_path / "file.csv"
    file.write_bytes("domain;note,more\nmüller.de;x,y\n".encode())
    table = look(database, pool, file).table
    assert (table.encoding, table.delimiter) == ("utf-8", ";")
    assert look(database, pool, file, Choices(delimiter="semicolon")).figures.of(RowState.NEW) == 1
    assert look(database, pool, file, Choices(encoding="cp1252")).figures.of(RowState.NEW) == 0
    for choices, problem in (
        (Choices(encoding="klingon"), "encoding"),
        (Choices(delimiter="|"), "delimiter"),
        (Choices(encoding="utf-16"), "encoding"),
    ):
        with pytest.raises(FileRefused) as refused:
            look(database, pool, file, choices)
        assert refused.value.context["problem"] == problem


def test_a_spreadsheet_is_read_and_what_it_has_spoilt_is_told(database: Database, tmp_path: Path) -> None:
    rows: list[list[Cell]] = [
        ["Telefon", "Notiz"],
        ["+49 30 1234567", "Büro"],
        [493012345678, ""],
        [4.5, ""],
        ["", "left over"],
        ["", ""],
    ]
    file = spreadsheet(tmp_path / "phones.xlsx", rows, {"A7": '="+49"&"30"'})
    with pytest.raises(RowsRefused) as refused:
        take(database, make_pool(database, kind=PHONE), file)
    assert [(row["row"], row["problem"]) for row in refused.value.context["rows"]] == [
        (3, "spreadsheet_number"),
        (4, "spreadsheet_number"),
        (5, "no_value"),
        (7, "spreadsheet_formula"),
    ]
    good = spreadsheet(tmp_path / "good.csv", [["10.0.0.1", "10.0.0.2"], ["10.0.0.3"]])
    take(database, make_pool(database, name="addresses"), good)
    assert len(states(database)) == 3


# Files that are no files of values.
NO_FILES = [
    (b"", "empty"),
    (b"\n \n", "empty"),
    (b"\xef\xbb\xbf", "empty"),
    (b"10.0.0.1\x00", "no_text"),
    (b"PK\x03\x04 no zip", "no_spreadsheet"),
    (b"\xd0\xcf\x11\xe0 old", "no_spreadsheet"),
    (b'ip\n"10.0.0.1\n' + b"x" * 200_000, "line"),
    (b"ip\n\x81\x8d\n", "encoding"),
]


def test_what_is_no_file_of_values_is_refused_whole(database: Database, tmp_path: Path) -> None:
    pool = make_pool(database)
    file = tmp_path / "file.csv"
    for content, problem in NO_FILES:
        file.write_bytes(content)
        with pytest.raises(FileRefused) as refused:
            look(database, pool, file)
        assert refused.value.context["problem"] == problem, content[:40]


def test_a_huge_file_is_refused_before_it_is_read(database: Database, tmp_path: Path) -> None:
    pool = make_pool(database)
    for start, module in ((b"1", text_files), (b"PK\x03\x04", spreadsheets)):
        file = tmp_path / "file"
        with file.open("wb") as opened:
            opened.write(start)
            opened.truncate(500 * 1024 * 1024)  # sparse: nothing is on the disk
        with pytest.raises(FileRefused) as refused:
            look(database, pool, file)
        assert refused.value.context["problem"] == "too_large"
        assert refused.value.context["most"] == module.LARGEST_BYTES


def test_an_import_is_one_row_of_the_log_and_can_be_taken_back(fresh_database: FreshDatabase, tmp_path: Path) -> None:
    panel = fresh_database.as_role(Role.PANEL)
    pool = make_pool(panel)
    file = tmp_path / "file.csv"
    file.write_text("ip;note\n10.0.0.0/28;office\n")
    number = take(panel, pool, file)
    with fresh_database.owner.connect(application="test") as connection:
        log = connection.execute(
            "SELECT action, row_id, after FROM audit_log WHERE table_name = 'resources' ORDER BY id"
        ).fetchall()
        digest = connection.execute(
            "SELECT encode(sha256(convert_to(string_agg(value, E'\\n' ORDER BY value), 'UTF8')), 'hex') FROM resources"
        ).fetchone()
    assert digest is not None
    assert log == [("insert_imported", str(number), {"count": 16, "sha256": digest[0]})]
    with transaction(panel, ACTOR) as session:
        assert revert_import(session, number, "wrong file").revert_reason == "wrong file"
    assert states(panel) == {}
    with transaction(panel, ACTOR) as session, pytest.raises(ImportReverted):
        revert_import(session, number, "again")
    again = take(panel, pool, file)
    with transaction(panel, ACTOR) as session:
        retire(session, ["10.0.0.3"], reason="used by the router")
    with transaction(panel, ACTOR) as session, pytest.raises(ImportInUse) as refused:
        revert_import(session, again, "too late")
    assert refused.value.context["values"] == ["10.0.0.3"]
    with transaction(panel, ACTOR) as session:
        assert [made.id for made in list_imports(session, pool)] == [again, number]
