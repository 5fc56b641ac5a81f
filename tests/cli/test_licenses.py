import getpass

import pytest

from leasehold.kit.database import Database
from leasehold.licensing.license_key import new_license_key
from tests.cli.conftest import FINGERPRINTS, Cli, Vendor, run_cli

ACME = ("--customer", "Acme GmbH", "--product", "studio")


def test_create_prints_the_whole_license(cli: Cli) -> None:
    cli("settings", "set", "timezone", "Europe/Berlin")
    made = cli(
        "license", "create", *ACME, "--device-limit", "3", "--sessions", "2", "--valid-until", "2027-12-31", "--json"
    ).json
    assert made | {"license_key": "", "valid_from": "", "created_at": "", "terms": []} == {
        "license_key": "",
        "product": "studio",
        "type": "full",
        "status": "active",
        "valid_from": "",
        "valid_until": "2027-12-31T23:00:00Z",
        "device_limit": 3,
        "devices_active": 0,
        "concurrent_sessions_limit": 2,
        "sessions_live": 0,
        "features": {},
        "id": 1,
        "customer": "Acme GmbH",
        "customer_id": 1,
        "created_at": "",
        "terms": [],
    }
    assert cli("license", "show", made["license_key"].lower(), "--json").json == made


def test_a_day_begins_and_ends_in_the_installation_s_time_zone(cli: Cli) -> None:
    cli("settings", "set", "timezone", "Pacific/Auckland")
    made = cli(
        *("license", "create", *ACME, "--valid-from", "2040-01-01", "--valid-until", "2040-01-01", "--type", "trial"),
        "--json",
    ).json
    assert (made["valid_from"], made["valid_until"]) == ("2039-12-31T11:00:00Z", "2040-01-01T11:00:00Z")
    assert (made["type"], made["status"], made["device_limit"]) == ("trial", "not_yet_valid", 1)
    exact = cli("license", "create", *ACME, "--valid-until", "2040-01-01T12:00:00+02:00", "--json").json
    assert exact["valid_until"] == "2040-01-01T10:00:00Z"


def test_count_makes_that_many_and_prints_their_keys(cli: Cli) -> None:
    keys = cli("license", "create", *ACME, "--count", "200", "--json").json
    assert list(keys) == ["license_keys"]
    assert len(set(keys["license_keys"])) == 200
    listed = cli("license", "list", "--json").json
    assert [license_["license_key"] for license_ in listed] == keys["license_keys"]
    assert len(cli("customer", "list", "--json").json) == len(cli("product", "list", "--json").json) == 1
    assert cli("license", "create", *ACME, "--count", "1", "--json").json["license_keys"]


REFUSED: list[tuple[list[str], str]] = [
    (["--device-limit", "0"], "limits_invalid"),
    (["--device-limit", "11"], "limits_invalid"),
    (["--sessions", "0"], "limits_invalid"),
    (["--device-limit", "2", "--sessions", "3"], "limits_invalid"),
    (["--count", "0"], "count_out_of_range"),
    (["--count", "100000"], "count_out_of_range"),
    (["--valid-until", "2027-02-30"], "date_invalid"),
    (["--valid-until", "tomorrow"], "date_invalid"),
    (["--valid-until", ""], "date_invalid"),
    (["--valid-until", "9999-12-31"], "date_invalid"),
    (["--valid-until", "2027-01-01T12:00:00"], "date_invalid"),
    (["--valid-until", "2020-01-01"], "period_invalid"),
    (["--valid-from", "2030-01-02", "--valid-until", "2030-01-01"], "period_invalid"),
    (["--customer", "a\nb"], "text_invalid"),
    (["--customer", ""], "text_invalid"),
    (["--customer", "99"], "customer_not_found"),
    (["--product", "Studio Pro"], "product_slug_invalid"),
    (["--feature", "a b=1"], "feature_invalid"),
    (["--feature", "a=\x07"], "text_invalid"),
]


def test_a_license_that_cannot_be_is_refused_and_nothing_written(cli: Cli) -> None:
    for options, code in REFUSED:
        answer = cli("license", "create", *ACME, *options, "--json")
        assert (answer.status, answer.error["code"], answer.out) == (1, code, ""), options
    assert cli("license", "list", "--json").json == []
    assert cli("customer", "list", "--json").json == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["license", "create", "--product", "studio"],
        ["license", "create", *ACME, "--type", "gold"],
        ["license", "create", *ACME, "--device-limit", "many"],
        ["license", "create", *ACME, "--feature", "novalue"],
        ["license", "create", *ACME, "--colour", "red"],
        ["license", "update", new_license_key()],
        ["license", "extend", new_license_key()],
        ["license", "extend", new_license_key(), "--days", "0"],
        ["license", "extend", new_license_key(), "--days", "1", "--valid-until", "2030-01-01"],
        ["license", "list", "--status", "gone"],
        ["license", "frobnicate"],
        ["frobnicate"],
        ["customer", "create"],
        ["customer", "create", "a", "--name", "b"],
        ["product", "create"],
        ["api-key", "create", "--scope", "license"],
        ["device", "block", "fingerprint"],
        ["settings", "set", "session_timeout"],
    ],
)
def test_a_call_that_is_no_call_ends_with_status_2(cli: Cli, arguments: list[str]) -> None:
    answer = cli(*arguments)
    assert (answer.status, answer.out) == (2, "")
    assert "Traceback" not in answer.err


def test_lists_are_filtered(cli: Cli) -> None:
    acme = cli("license", "create", *ACME, "--json").json
    other = cli("license", "create", "--customer", "Other", "--product", "tools", "--json").json
    late = cli("license", "create", *ACME, "--valid-from", "2040-01-01", "--json").json
    for options, expected in (
        (["--customer", "other"], [other]),
        (["--customer", str(acme["customer_id"])], [acme, late]),
        (["--product", "studio", "--status", "active"], [acme]),
        (["--status", "not_yet_valid"], [late]),
        (["--status", "suspended"], []),
    ):
        listed = cli("license", "list", *options, "--json").json
        assert [license_["license_key"] for license_ in listed] == [license_["license_key"] for license_ in expected]
    assert cli("license", "list", "--customer", "nobody", "--json").error["code"] == "customer_not_found"
    assert cli("license", "list", "--product", "nothing", "--json").error["code"] == "product_not_found"


def test_limits_and_features_change_together_or_not_at_all(cli: Cli, vendor: Vendor) -> None:
    key = cli("license", "create", *ACME, "--device-limit", "2", "--feature", "old=1", "--json").json["license_key"]
    for fingerprint in FINGERPRINTS[:2]:
        vendor.activate(key, fingerprint)
    changed = cli(
        *("license", "update", key, "--device-limit", "5", "--sessions", "4", "--feature", "old="),
        *("--feature", "export=true", "--feature", "seats=12.5", "--feature", "edition=pro, 2nd", "--json"),
    ).json
    assert (changed["device_limit"], changed["concurrent_sessions_limit"], changed["devices_active"]) == (5, 4, 2)
    assert changed["features"] == {"export": True, "seats": 12.5, "edition": "pro, 2nd"}
    refused = cli("license", "update", key, "--device-limit", "1", "--feature", "new=1", "--sessions", "1", "--json")
    assert refused.error["code"] == "device_limit_below_active"
    assert refused.error["devices"] == FINGERPRINTS[:2]
    assert cli("license", "show", key, "--json").json == changed


def test_suspending_ends_sessions_and_resuming_lets_run_again(cli: Cli, vendor: Vendor) -> None:
    key = cli("license", "create", *ACME, "--json").json["license_key"]
    vendor.activate(key, FINGERPRINTS[0])
    token = vendor.start(key, FINGERPRINTS[0])
    assert cli("license", "show", key, "--json").json["sessions_live"] == 1
    suspended = cli("license", "suspend", key, "--json").json
    assert (suspended["status"], suspended["sessions_live"]) == ("suspended", 0)
    assert cli("license", "suspend", key, "--json").json == suspended
    (ended,) = cli("session", "list", "--ended", "--json").json
    assert (ended["session_token"], ended["end_reason"]) == (token, "license_suspended")
    assert cli("license", "resume", key, "--json").json["status"] == "active"


def test_an_extension_is_a_further_term(cli: Cli) -> None:
    cli("settings", "set", "timezone", "UTC")
    key = cli("license", "create", *ACME, "--valid-until", "2039-12-31", "--json").json["license_key"]
    extended = cli("license", "extend", key, "--valid-until", "2040-12-31", "--json").json
    assert extended["valid_until"] == "2041-01-01T00:00:00Z"
    extended = cli("license", "extend", key, "--days", "30", "--json").json
    assert extended["valid_until"] == "2041-01-31T00:00:00Z"
    assert [(term["kind"], term["valid_until"]) for term in extended["terms"]] == [
        ("initial", "2040-01-01T00:00:00Z"),
        ("extension", "2041-01-01T00:00:00Z"),
        ("extension", "2041-01-31T00:00:00Z"),
    ]
    assert cli("license", "extend", key, "--valid-until", "2030-01-01", "--json").error["code"] == "period_invalid"


def test_a_deleted_license_is_gone_but_its_history_stays(cli: Cli, vendor: Vendor) -> None:
    key = cli("license", "create", *ACME, "--json").json["license_key"]
    vendor.activate(key, FINGERPRINTS[0])
    vendor.start(key, FINGERPRINTS[0])
    assert cli("license", "delete", key, "--json").json == {"license_key": key, "deleted": True}
    assert cli("license", "list", "--json").json == []
    assert [past["end_reason"] for past in cli("session", "list", "--ended", "--json").json] == ["license_deleted"]
    for verb in ("show", "suspend", "resume", "delete"):
        answer = cli("license", verb, key, "--json")
        assert (answer.status, answer.error["code"]) == (1, "license_not_found")


@pytest.mark.parametrize("key", ["", "abc", "0" * 24 + "1", "x" * 3000, "ä", "\x00"])
@pytest.mark.parametrize("verb", ["show", "suspend", "resume", "delete"])
def test_a_malformed_key_is_said_plainly_without_asking_the_database(verb: str, key: str) -> None:
    answer = run_cli("license", verb, key, "--json")
    assert answer.status == 1
    assert answer.error["code"] == "license_not_found"
    assert "is not a license key" in answer.error["detail"]


def test_what_was_done_is_in_the_log_in_the_operator_s_name(cli: Cli, database: Database) -> None:
    cli("license", "create", *ACME)
    with database.connect(application="test") as connection:
        rows = connection.execute("SELECT DISTINCT actor, table_name FROM audit_log ORDER BY table_name").fetchall()
    actor = f"cli:{getpass.getuser()}"
    tables = ("customers", "institutions", "license_terms", "licenses", "products")
    assert rows == [(actor, table) for table in tables]
