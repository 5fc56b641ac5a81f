from tests.cli.conftest import Cli

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
