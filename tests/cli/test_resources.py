"""Pools and resources on the command line."""

import csv
import io
from pathlib import Path

import pytest

from tests.cli.conftest import Cli


def _license(cli: Cli, customer: str = "Acme") -> str:
    made = cli("license", "create", "--customer", customer, "--product", "studio", "--json").json
    return str(made["license_key"])


def test_a_pool_is_made_filled_allocated_from_and_remembered(cli: Cli) -> None:
    key = _license(cli)
    pool = cli("pool", "create", "--kind", "ipv4", "Office", "--json").json
    assert (pool["name"], pool["quarantine_days"], pool["pick_policy"]) == ("Office", 7, "lowest")
    assert cli("pool", "create", "--kind", "phone", "office", "--json").error["code"] == "pool_exists"
    cli("resource", "add", "--pool", "Office", "10.0.0.0/29")
    allocate = ("resource", "allocate", "--license", key, "--kind", "ipv4")
    assert cli(*allocate, "--count", "2", "--json").json == {"resources": ["10.0.0.0", "10.0.0.1"]}
    short = cli(*allocate, "--count", "7", "--json")
    assert (short.status, short.error["code"], short.error["free"]) == (1, "resources_short", 6)
    assert cli(*allocate, "10.0.0.7", "--json").json == {"resources": ["10.0.0.7"]}
    assert cli("resource", "release", "--license", key, "10.0.0.1", "--json").json == {"resources": ["10.0.0.1"]}
    states = ("--state", "quarantined", "--state", "allocated")
    listed = cli("resource", "list", "--kind", "ipv4", *states, "--json").json
    assert [(line["value"], line["state"], line["license_key"]) for line in listed] == [
        ("10.0.0.0", "allocated", key),
        ("10.0.0.1", "quarantined", None),
        ("10.0.0.7", "allocated", key),
    ]
    free = cli("resource", "list", "--kind", "ipv4", "--state", "free").out.splitlines()
    assert [line.split("\t")[0] for line in free] == ["value", *(f"10.0.0.{n}" for n in range(2, 7))]
    (period,) = cli("resource", "history", "10.0.0.1", "--json").json
    assert (period["license_key"], period["release_reason"]) == (key, "released")
    assert cli("resource", "history", "10.0.0.1", "--on", "2001-01-01", "--json").json == []
    assert len(cli("resource", "history", "--license", key, "--json").json) == 3
    assert cli("resource", "end-quarantine", "10.0.0.1", "--reason", "mistake", "--json").status == 0
    shown = cli("pool", "show", "office", "--json").json
    assert (shown["free"], shown["allocated"]) == (6, 2)


def test_the_rest_of_the_verbs(cli: Cli) -> None:
    key, other = _license(cli), _license(cli)
    cli("pool", "create", "--kind", "domain", "Names", "--owner", "Anna")
    cli("resource", "add", "--pool", "Names", "faß.de", "fass.de", "example.com")
    assert cli("resource", "list", "--find", ".de", "--json").json[0]["value"] == "fass.de"
    until = cli("resource", "reserve", "faß.de", "--until", "2039-12-31", "--for", "Acme", "--json").json
    assert until["resources"] == ["xn--fa-hia.de"]
    assert cli("resource", "unreserve", "faß.de", "--json").status == 0
    assert cli("resource", "retire", "fass.de", "--reason", "sold", "--json").status == 0
    assert cli("resource", "bring-back", "fass.de", "--json").status == 0
    got = cli("resource", "allocate", "--license", key, "--kind", "domain", "--idempotency-key", "1", "--json").json
    assert cli("resource", "transfer", "--license", key, "--to", other, *got["resources"], "--json").json == got
    assert cli("resource", "note", "fass.de", "Renewed", "--json").json["note"] == "Renewed"
    updated = cli("pool", "update", "names", "--rename", "Domains", "--owner", "", "--json").json
    assert (updated["name"], updated["owner"]) == ("Domains", None)
    assert [pool["name"] for pool in cli("pool", "list", "--json").json] == ["Domains"]


@pytest.mark.parametrize(
    ("value", "problem"),
    [("010.0.0.1", "leading_zero"), ("::1", "ipv6"), ("1.2.3.4/33", "prefix"), ("1.2.3.4/24", "host_bits")],
)
def test_bad_addresses_are_said_to_be_so(cli: Cli, value: str, problem: str) -> None:
    cli("pool", "create", "--kind", "ipv4", "Office")
    refused = cli("resource", "add", "--pool", "Office", "10.0.0.1", value, "--json")
    assert (refused.status, refused.error["problem"]) == (1, problem)
    assert cli("resource", "list", "--json").json == []


def test_a_file_is_imported_whole_or_not_at_all_and_taken_back(cli: Cli, tmp_path: Path) -> None:
    cli("pool", "create", "--kind", "ipv4", "Office")
    file = tmp_path / "addresses.csv"
    file.write_text("10.0.0.0/30\n010.0.0.9\n10.0.0.1\n")
    into = ("resource", "import", "--pool", "Office", str(file))
    refused = cli(*into, "--json")
    assert (refused.status, refused.error["code"], refused.error["wrong"]) == (1, "rows_refused", 2)
    assert [(row["row"], row["problem"]) for row in refused.error["rows"]] == [(2, "leading_zero"), (3, "duplicate")]
    told = cli(*into).err.splitlines()
    assert told[0] == "leasehold: 2 of 6 entries are wrong, so nothing was imported:"
    assert told[1].startswith("row 2: '010.0.0.9' has a leading zero")
    assert cli("resource", "list", "--json").json == []
    assert cli(*into, "--check").status == 1
    some = cli(*into, "--good-rows-only")
    assert (some.status, len(cli("resource", "list", "--json").json)) == (1, 4)
    file.write_text("10.0.0.0/30\n10.0.1.0/30\n")
    made = cli(*into, "--json").json
    assert (made["new"], made["same"], made["wrong"]) == (4, 4, 0)
    assert [one["id"] for one in cli("resource", "imports", "--json").json] == [2, 1]
    reverted = cli("resource", "revert-import", "2", "--reason", "wrong block", "--json").json
    assert reverted["revert_reason"] == "wrong block"
    assert len(cli("resource", "list", "--json").json) == 4
    missing = cli("resource", "import", "--pool", "Office", str(tmp_path / "none"), "--json")
    assert (missing.status, missing.error["problem"]) == (1, "unreadable")


def test_what_is_wrong_is_written_to_a_file_that_is_put_right_and_imported(cli: Cli, tmp_path: Path) -> None:
    cli("pool", "create", "--kind", "phone", "Berlin")
    file, errors = tmp_path / "numbers.csv", tmp_path / "errors.csv"
    file.write_text("+49 30 23456780\n=1+1\n+49 30 2345678x\n+49 30 23456780\n")
    into = ("resource", "import", "--pool", "Berlin", "--errors", str(errors))
    assert cli(*into, str(file)).status == 1
    assert cli("resource", "list", "--json").json == []
    written = errors.read_text("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(written)))
    assert [(line["row"], line["value"]) for line in lines] == [
        ("2", "'=1+1"),
        ("3", "'+49 30 2345678x"),
        ("4", "'+49 30 23456780"),
    ]
    assert [lines[place]["problem"] for place in (0, 2)] == ["formula", "duplicate"]
    right = tmp_path / "right.csv"
    right.write_text(written.replace("2345678x", "23456781").replace("'=1+1", "+49 30 23456782"))
    assert cli(*into, str(right), "--json").json["new"] == 3
    assert errors.read_text("utf-8-sig").splitlines() == ["row,value,problem,detail"]


def test_an_error_file_that_cannot_be_written_stops_the_import(cli: Cli, tmp_path: Path) -> None:
    cli("pool", "create", "--kind", "ipv4", "Office")
    file = tmp_path / "addresses.csv"
    file.write_text("10.0.0.1\n")
    into = ("resource", "import", "--pool", "Office", str(file), "--errors")
    refused = cli(*into, str(tmp_path / "none" / "errors.csv"), "--json")
    assert (refused.status, refused.error["problem"]) == (1, "unwritable")
    assert cli(*into, str(file)).status == 2
    assert file.read_text() == "10.0.0.1\n"
    assert cli("resource", "list", "--json").json == []
