"""Institutions, stages, notes and activities on the command line."""

from pathlib import Path

import pytest

from leasehold.customers.contacts import ContactCard, add_contact
from leasehold.customers.details import Detail
from leasehold.customers.service import create_customer
from leasehold.customers.vocabulary import DetailKind
from leasehold.kit.actor import Actor
from leasehold.kit.database import Database
from leasehold.kit.orm import transaction
from tests.cli.conftest import Cli

ACTOR = Actor("cli:test")


def test_an_institution_is_made_found_changed_and_moved(cli: Cli) -> None:
    more = (
        "--website",
        "https://www.Klinikum.example",
        "--vat-id",
        "de 123456789",
        "--tag",
        "VIP",
        "--phone",
        "030 1234567",
    )
    made = cli("institution", "create", "Müller & Söhne", *more, "--json").json
    assert (made["name"], made["website_domain"], made["vat_id"], made["tags"]) == (
        "Müller & Söhne",
        "www.klinikum.example",
        "DE123456789",
        ["vip"],
    )
    assert (made["lifecycle"], made["stage"], made["light"]) == ("lead", "New", "none")
    cli("institution", "create", "Branch", "--parent", "mueller und soehne", "--json")
    moved = cli("institution", "stage", str(made["id"]), "offer", "--json").json
    assert (moved["stage"], moved["days_in_stage"]) == ("Offer", 0)
    refused = cli("institution", "stage", str(made["id"]), "Lost", "--json").error
    assert (refused["code"], refused["problem"]) == ("stage_refused", "lost_without_reason")
    lost = cli("institution", "stage", str(made["id"]), "Lost", "--reason", "Too dear", "--json").json
    assert lost["lost_reason"] == "Too dear"
    edited = cli(
        "institution", "edit", "branch", "--rename", "Filiale", "--parent", "", "--do-not-contact", "--json"
    ).json
    assert (edited["name"], edited["parent_id"], edited["do_not_contact"]) == ("Filiale", None, True)
    shown = cli("institution", "show", "MÜLLER & SÖHNE", "--json").json
    assert [stay["stage"] for stay in shown["stages"]] == ["Lost", "Offer", "New"]
    assert shown["details"][0]["value"] == "030 1234567"
    assert [one["name"] for one in cli("institution", "list", "--json").json] == ["Müller & Söhne", "Filiale"]
    filtered = (("--tag", "vip"), ("--stage", "lost"), ("--find", "soehne"), ("--website", "WWW.klinikum.example"))
    for option in filtered:
        assert [one["id"] for one in cli("institution", "list", *option, "--json").json] == [made["id"]]
    assert cli("institution", "archive", "filiale", "--json").json["lifecycle"] == "archived"
    assert len(cli("institution", "list", "--json").json) == 1
    assert len(cli("institution", "list", "--lifecycle", "archived", "--json").json) == 1
    assert cli("institution", "bring-back", "filiale", "--json").json["lifecycle"] == "lead"
    assert [one["type"] for one in cli("stage", "list", "--json").json].count("open") == 4


@pytest.mark.parametrize(
    ("option", "value", "problem"),
    [
        ("--website", "no domain", "no_domain"),
        ("--email", "ada", "no_email"),
        ("--phone", "call me", "no_phone"),
        ("--vat-id", "DE1", "no_vat_id"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_made(cli: Cli, option: str, value: str, problem: str) -> None:
    refused = cli("institution", "create", "Acme", option, value, "--json")
    assert (refused.status, refused.error["problem"]) == (1, problem)
    assert cli("institution", "list", "--json").json == []


def test_a_circle_of_parents_is_refused(cli: Cli) -> None:
    cli("institution", "create", "Holding")
    cli("institution", "create", "Branch", "--parent", "Holding")
    refused = cli("institution", "edit", "Holding", "--parent", "Branch", "--json").error
    assert refused["problem"] == "parent_below"


def test_notes_and_activities(cli: Cli) -> None:
    cli("institution", "create", "Acme")
    kept = cli("institution", "note", "Acme", "# Hello\n\n<script>alert(1)</script>", "--json").json
    assert (kept["version"], kept["body"]) == (1, "# Hello\n\n<script>alert(1)</script>")
    assert [one["id"] for one in cli("institution", "notes", "acme", "--json").json] == [kept["id"]]
    cli("settings", "set", "timezone", "Europe/Berlin")
    made = cli("activity", "add", "Acme", "Call Ada", "--kind", "call", "--due", "2026-01-31", "--json").json
    assert made["due_at"] == "2026-01-31T22:59:00Z"
    later = cli("activity", "add", "Acme", "Visit", "--due", "2039-01-31T18:00", "--json").json
    assert later["due_at"] == "2039-01-31T17:00:00Z"
    assert cli("activity", "add", "Acme", "Visit", "--due", "31.2.", "--json").error["problem"] == "no_moment"
    assert [one["id"] for one in cli("activity", "list", "--json").json] == [made["id"], later["id"]]
    assert cli("institution", "show", "acme", "--json").json["light"] == "late"
    done = cli("activity", "done", str(made["id"]), "--outcome", "Reached her", "--json").json
    assert done["outcome"] == "Reached her"
    assert cli("activity", "done", str(made["id"]), "--json").error["code"] == "activity_done"
    assert [one["id"] for one in cli("activity", "list", "--institution", "acme", "--done", "--json").json] == [
        made["id"]
    ]


def test_an_address_of_somebody_erased_is_written_down_only_where_they_agree(cli: Cli, database: Database) -> None:
    with transaction(database, ACTOR) as session:
        made = create_customer(session, "Heart of Gold GmbH")
        card = ContactCard("Beeblebrox", details=(Detail(DetailKind.EMAIL, "zaphod@example.org"),))
        person = add_contact(session, made.institution_id, card).id
    cli("person", "erase", str(person), "--reason", "asked for it", "--without-backup", "a test")
    again = ("institution", "create", "Zaphod & Co", "--email", "Zaphod@example.org", "--json")
    refused = cli(*again).error
    assert (refused["code"], refused["value"]) == ("person_was_erased", "Zaphod@example.org")
    assert cli("institution", "list", "--find", "Zaphod", "--json").json == []
    assert cli(*again, "--agreed-anew").json["name"] == "Zaphod & Co"


def test_an_import_is_listed_and_taken_back(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "fair.csv"
    file.write_text("Firma;Nachname\nAcme;Hopper\nBranch;\n")
    assert cli("institution", "import", str(file), "--check", "--json").json["import"] is None
    number = str(cli("institution", "import", str(file), "--json").json["import"])
    (listed,) = cli("institution", "imports", "--json").json
    assert (str(listed["id"]), listed["file_name"], listed["new"], listed["reverted_at"]) == (
        number,
        "fair.csv",
        2,
        None,
    )
    cli("institution", "note", "Branch", "They build")
    revert = ("institution", "revert-import", number, "--reason", "wrong list", "--json")
    refused = cli(*revert).error
    assert (refused["code"], refused["values"]) == ("import_in_use", ["Branch"])
    assert len(cli("institution", "list", "--json").json) == 2
    file.write_text("Firma;Nachname\nACME GmbH;Lovelace\n")
    told = cli("institution", "import", str(file), "--check", "--json").json
    assert told["may_be_there_already"] == 1
    (double,) = told["possible_duplicates"]
    assert (double["row"], double["institutions"][0]["name"], double["institutions"][0]["reasons"]) == (
        2,
        "Acme",
        ["name"],
    )
    assert "row 2: ACME GmbH may be Acme (2)" in cli("institution", "import", str(file), "--check").err
    file.write_text("Firma;Nachname\nAcme;Lovelace\n")
    second = str(cli("institution", "import", str(file), "--json").json["import"])
    undone = cli("institution", "revert-import", second, "--reason", "wrong person", "--json").json
    assert (undone["revert_reason"], undone["reverted_at"] is not None) == ("wrong person", True)
    assert [one["name"] for one in cli("institution", "show", "Acme", "--json").json["contacts"]] == ["Hopper"]
    assert cli("institution", "revert-import", second, "--reason", "twice", "--json").error["code"] == "import_reverted"
    assert cli("institution", "revert-import", "999", "--reason", "x", "--json").error["code"] == "import_not_found"


def test_cards_are_printed_for_address_books(cli: Cli) -> None:
    for name in ("Klinikum Süd", "Other"):
        cli("institution", "create", name, "--email", "info@example.com", "--json")
    printed = cli("institution", "vcard", "klinikum süd", "2").out
    assert [line for line in printed.splitlines() if line.startswith("FN:")] == ["FN:Klinikum Süd", "FN:Other"]
    assert cli("institution", "vcard", "1", "--json").json["cards"].count("END:VCARD\r\n") == 1
    cli("institution", "edit", "other", "--do-not-contact", "--json")
    refused = cli("institution", "vcard", "1", "other", "--json")
    assert (refused.out, refused.error["code"], refused.error["problem"]) == ("", "no_card", "not_to_be_contacted")


@pytest.mark.parametrize(
    "verb", [("activity", "done"), ("institution", "unmerge"), ("institution", "vcard"), ("person", "export")]
)
def test_a_number_that_is_too_large_is_nobody_s(cli: Cli, verb: tuple[str, str]) -> None:
    answer = cli(*verb, "9" * 20)
    assert answer.status == 1
    assert "\nleasehold: There is no" in f"\n{answer.err}"
