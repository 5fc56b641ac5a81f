"""How a request is followed: its id stands in the answer, in the audit log, and in the server's log where it failed."""

import json
from pathlib import Path
from typing import Any

import httpx2

from tests.conftest import FreshDatabase
from tests.licensing.vendor import fingerprint, issue_license
from tests.races.fleet import license_server

REQUEST_ID = "0f8fad5bd9cb469fa16570867728950e"  # as nginx makes them


def lines_of(log: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]


def test_a_request_is_followed_from_the_proxy_to_the_audit_log(fresh_database: FreshDatabase, tmp_path: Path) -> None:
    owner = fresh_database.owner
    key = issue_license(owner)
    body = {"license_key": key, "hardware_fingerprint": fingerprint(1), "device_name": "One", "device_type": "laptop"}
    with (
        license_server(owner, fresh_database.url, tmp_path, workers=1) as fleet,
        owner.connect(application="test", autocommit=True) as connection,
        httpx2.Client(
            base_url=f"http://127.0.0.1:{fleet.port}/api/v1/", headers={"X-API-Key": fleet.api_key}
        ) as client,
    ):
        activated = client.post("license/activate", headers={"X-Request-ID": REQUEST_ID}, json=body)
        assert (activated.status_code, activated.headers["x-request-id"]) == (201, REQUEST_ID)
        audited = connection.execute("SELECT table_name FROM audit_log WHERE request_id = %s", (REQUEST_ID,)).fetchall()
        assert ("device_registrations",) in audited
        connection.execute("REVOKE SELECT ON licenses FROM leasehold_server")
        failed = client.post("license/validate", headers={"X-Request-ID": "second"}, json={"license_key": key})
        assert (failed.status_code, failed.json()["request_id"]) == (500, "second")
    (line,) = [line for line in lines_of(tmp_path / "server.log") if line.get("request_id") == "second"]
    assert (line["program"], line["level"], line["endpoint"]) == ("server", "error", "license/validate")
    assert "permission denied for table licenses" in line["exception"]
    logged = (tmp_path / "server.log").read_text(encoding="utf-8")
    assert key not in logged
    assert fleet.api_key not in logged
