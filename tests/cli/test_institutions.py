"""Institutions, stages, notes and activities on the command line."""

import pytest

from tests.cli.conftest import Cli


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
