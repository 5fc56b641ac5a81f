"""People, their requests and how long they are kept, on the command line."""

import json

import pytest

from leasehold.backups.places import Places
from leasehold.cli import people, privacy
from leasehold.kit.guard import Guard, Unguarded
from tests.cli.conftest import Cli
from tests.conftest import FreshDatabase
from tests.privacy.stock import TRACES, Traces, leave_traces
from tests.privacy.test_erasing import traces_in


@pytest.fixture(autouse=True)
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the guard was asked for; that it makes backups is tested where it is."""
    reasons: list[str] = []

    class Noting(Unguarded):
        def before_change(self, reason: str) -> None:
            reasons.append(reason)

    def guard_of(_call: object, _accepted: str) -> Guard:
        return Noting()

    for module in (people, privacy):
        monkeypatch.setattr(module, "guard_of", guard_of)
    return reasons


@pytest.fixture
def left(fresh_database: FreshDatabase) -> Traces:
    return leave_traces(fresh_database.owner)


def test_a_person_is_listed_exported_and_erased(
    cli: Cli, left: Traces, asked: list[str], fresh_database: FreshDatabase
) -> None:
    person = str(left.contact_id)
    (line,) = cli("person", "list", "--find", "zaphod", "--json").json
    assert (line["id"], line["name"], line["state"]) == (left.contact_id, "Zaphod Beeblebrox", "in_use")
    assert cli("person", "list", "--state", "erased", "--json").json == []
    exported = cli("person", "export", person)
    assert [trace for trace in TRACES if trace not in exported.out] == []
    assert json.loads(exported.out)["person"]["id"] == left.contact_id
    assert cli("person", "erase", person, "--check", "--json").json["rows"]["contact_details"] == 2
    assert cli("person", "erase", person).status == 2, "a reason is needed"
    assert (cli("person", "erase", "999", "--reason", "x", "--json").error["code"], asked) == ("person_not_found", [])
    done = cli("person", "erase", person, "--reason", "asked for it", "--json").json
    assert (done["rows"]["contacts"], done["texts"], asked) == (1, 3, ["the erasure of a person"])
    assert traces_in(fresh_database.owner) == []
    assert cli("person", "show", person, "--json").json["state"] == "erased"
    assert cli("person", "erase", person, "--reason", "asked for it", "--json").json["texts"] == 0


def test_the_ledger_is_kept_beside_the_database(cli: Cli, left: Traces, tmp_path: object) -> None:
    cli("person", "erase", str(left.contact_id), "--reason", "asked for it")
    file = Places(tmp_path).root / "erasures.jsonl"  # type: ignore[arg-type]  # the fixture's path
    assert json.loads(file.read_text().strip())["contact_id"] == left.contact_id


def test_restriction_is_set_and_lifted(cli: Cli, left: Traces) -> None:
    person = str(left.contact_id)
    card = cli("person", "vcard", person, "--institution", str(left.institution_id)).out
    assert "N:Beeblebrox;Zaphod" in card
    assert cli("person", "vcard", person).out == card
    assert cli("person", "restrict", person, "--reason", "disputed", "--json").json["state"] == "restricted"
    assert cli("person", "vcard", person, "--json").error["problem"] == "not_used"
    refused = cli("person", "erase", person, "--reason", "asked for it", "--json").error
    assert refused["code"] == "person_restricted"
    assert cli("person", "unrestrict", person, "--json").json["state"] == "in_use"
    assert cli("person", "unrestrict", person, "--json").error["code"] == "person_not_restricted"


def test_requests_are_registered_and_done(cli: Cli, left: Traces) -> None:
    add = ("privacy", "request", "add", "access")
    made = cli(*add, "--person", str(left.contact_id), "--received", "2026-01-31", "--json").json
    assert (made["due_on"], made["state"], made["person"]) == ("2026-02-28", "late", "Zaphod Beeblebrox")
    assert cli(*add, "--json").error["problem"] == "nobody"
    assert cli(*add, "--subject", "Ada", "--received", "soon", "--json").error["code"] == "date_invalid"
    assert cli("privacy", "request", "extend", str(made["id"]), "--reason", "x", "--json").error["problem"] == (
        "extended_late"
    )
    (first, *_) = cli("privacy", "request", "list", "--json").json
    assert first["id"] == made["id"], "the late one comes first"
    assert cli("privacy", "request", "done", str(made["id"]), "--json").json["outcome"] == "granted"
    opened = cli("privacy", "request", "list", "--open", "--json").json
    assert [line["kind"] for line in opened] == ["erasure"]


def test_retention_is_set_and_approved(cli: Cli, left: Traces, asked: list[str]) -> None:
    assert cli("privacy", "retention", "set", "lead_contacts", "12", "--json").json["months"] == 12
    assert cli("privacy", "retention", "set", "lead_contacts", "999999999", "--json").status == 2
    assert cli("privacy", "retention", "set", "lead_contacts", "601", "--json").error["code"] == (
        "retention_months_invalid"
    )
    assert cli("privacy", "retention", "list", "--json").json == []
    refused = cli("privacy", "retention", "approve", str(left.contact_id), "--json").error
    assert (refused["code"], asked) == ("retention_not_proposed", [])
    keep = ("privacy", "retention", "keep", str(left.contact_id), "--reason", "a lawsuit", "--json", "--until")
    assert cli(*keep, "2040-12-31").json == {"id": left.contact_id, "kept_until": "2040-12-31", "reason": "a lawsuit"}
    assert cli(*keep, "2020-01-01").error["code"] == "retention_keep_invalid"
    assert cli(*keep, "soon").error["code"] == "date_invalid"
    assert [rule["months"] for rule in cli("privacy", "retention", "rules", "--json").json] == [12, None]
    assert cli("privacy", "retention", "set", "lead_contacts", "off", "--json").json["months"] is None


def test_the_map_is_listed(cli: Cli) -> None:
    lines = cli("privacy", "map", "--json").json
    assert {"table": "contacts", "column": "first_name", "whose": "contact", "fate": "emptied"}.items() <= next(
        line for line in lines if line["column"] == "first_name"
    ).items()


def test_the_record_of_processing_says_who_gets_data(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    record = cli("privacy", "record", "--json").json
    assert record["receivers"] == {"mail_server": None, "archive": None}
    assert (record["controller"], record["data_protection_officer"]) == (None, None)
    assert "- Controller: not set (`leasehold settings set controller …`)" in cli("privacy", "record").out
    kept = {one["table"]: one for one in record["processings"]}
    assert (kept["contacts"]["by_rules"], kept["staff_members"]["by_rules"]) == (True, False)
    assert kept["institution_note_versions"]["fates"] == ["names_taken_out"]
    assert "licenses" not in kept, "nothing personal is in it"
    monkeypatch.setenv("LEASEHOLD_SMTP_HOST", "mail.example.org")
    cli("privacy", "retention", "set", "lead_contacts", "24")
    cli("settings", "set", "controller", "Acme GmbH, Weg 1, Kiel")
    text = cli("privacy", "record").out
    assert "which gets address, language and what they say: mail.example.org:587" in text
    assert "- Controller: Acme GmbH, Weg 1, Kiel" in text
    assert "- lead contacts: proposed for erasure after 24 months" in text
    assert "- former customer contacts: no limit is set" in text
