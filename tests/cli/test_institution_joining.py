"""Conversion, duplicates and merges on the command line."""

from typing import Any

from tests.cli.conftest import Cli


def _create(cli: Cli, name: str, *options: str) -> Any:
    return cli("institution", "create", name, *options, "--json").json


def test_a_lead_is_converted_and_taken_back(cli: Cli) -> None:
    lead = str(_create(cli, "Acme")["id"])
    made = cli("institution", "convert", lead, "--json").json
    assert made == {"institution_id": int(lead), "customer_id": 1, "license_key": None}
    assert cli("institution", "convert", "acme", "--json").json == made
    assert cli("customer", "show", "Acme", "--json").json["id"] == 1
    assert cli("institution", "show", lead, "--json").json["lifecycle"] == "customer"
    assert cli("institution", "unconvert", lead, "--json").json["stage"] == "New"
    assert cli("institution", "unconvert", lead, "--json").error["code"] == "not_a_customer"
    with_test = ("institution", "convert", lead, "--test-license", "studio", "--json")
    assert cli(*with_test).error["code"] == "product_not_found"
    assert cli("institution", "show", lead, "--json").json["lifecycle"] == "lead"
    cli("product", "create", "studio")
    key = cli(*with_test).json["license_key"]
    assert cli(*with_test).json["license_key"] == key
    assert cli("license", "show", key, "--json").json["type"] == "test"
    assert cli("institution", "unconvert", lead, "--json").error["code"] == "customer_has_licenses"


def test_duplicates_are_told_at_entry_listed_and_dismissed(cli: Cli) -> None:
    assert _create(cli, "Müller Maschinenbau GmbH", "--email", "info@mueller.example")["possible_duplicates"] == []
    twin = _create(cli, "Mueller Maschinenbau", "--email", "sales@mueller.example")
    assert twin["possible_duplicates"] == [
        {"id": 1, "name": "Müller Maschinenbau GmbH", "score": 96, "reasons": ["domain", "name"]}
    ]
    (pair,) = cli("institution", "duplicates", "--json").json
    assert (pair["first_id"], pair["second_id"], pair["score"]) == (1, 2, 96)
    assert cli("institution", "duplicates", "2", "--json").json == twin["possible_duplicates"]
    assert cli("institution", "dismiss-duplicate", "2", "1", "--json").json["dismissed"] is True
    assert cli("institution", "duplicates", "--json").json == cli("institution", "duplicates", "1", "--json").json == []
    cli("institution", "dismiss-duplicate", "1", "2", "--take-back")
    assert len(cli("institution", "duplicates", "--json").json) == 1
    assert cli("institution", "dismiss-duplicate", "1", "1", "--json").error["code"] == "duplicate_of_itself"


def test_two_are_merged_after_a_backup_and_two_again(cli: Cli) -> None:
    _create(cli, "Acme GmbH", "--website", "acme.example", "--phone", "030 1234567")
    _create(cli, "Acme")
    merge = ("institution", "merge", "1", "2", "--keep", "name=loser", "--json")
    preview = cli(*merge, "--check").json
    assert preview["moves"] == {"contact_details": 1}
    assert preview["fields"]["name"] == {"loser": "Acme GmbH", "winner": "Acme", "outcome": "Acme GmbH"}
    merged = cli(*merge).json
    assert (merged["winner_id"], merged["moved"]) == (2, {"contact_details_institution": 1})
    assert [one["reason"] for one in cli("backup", "list", "--json").json] == ["before merging institution 1 into 2"]
    shown = cli("institution", "show", "2", "--json").json
    assert (shown["name"], shown["website_domain"]) == ("Acme GmbH", "acme.example")
    led_on = cli("institution", "show", "1", "--json").error
    assert (led_on["code"], led_on["into"]) == ("institution_merged", 2)
    assert cli("institution", "merge", "2", "2", "--json").error["problem"] == "into_itself"
    assert cli("institution", "merge", "2", "acme gmbh", "--keep", "name=both").status == 2
    assert cli("institution", "unmerge", "1", "--json").json["undone_at"] is not None
    assert cli("institution", "show", "2", "--json").json["name"] == "Acme"
    assert cli("institution", "unmerge", "1", "--json").error["code"] == "not_merged"
