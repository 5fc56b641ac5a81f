"""Keys, health, documentation, request ids: what is not a decision about a license."""

import os
import re
from html.parser import HTMLParser
from pathlib import Path

import httpx2
import psycopg
import pytest

from leasehold.api_keys.key_format import new_api_key
from leasehold.embedded.cluster import Cluster
from leasehold.migrations.state import wanted_schema
from leasehold.server.problems import PROBLEMS
from tests.conftest import CLUSTER_VARIABLE, FreshDatabase
from tests.server.running import RunningServer, running_server


def test_the_keys(server: RunningServer) -> None:
    answer = httpx2.get(f"{server.base_url}/api/v1/keys")
    (key,) = answer.json()["keys"]
    assert (key["kty"], key["crv"], key["use"]) == ("OKP", "Ed25519", "sig")
    assert "d" not in key
    assert "max-age" in answer.headers["cache-control"]
    unchanged = httpx2.get(f"{server.base_url}/api/v1/keys", headers={"If-None-Match": answer.headers["etag"]})
    assert (unchanged.status_code, unchanged.content) == (304, b"")


@pytest.mark.parametrize("path", ["/api/v1/keys", "/api/v1/license/validate", "/docs", "/nowhere", "/health/live"])
@pytest.mark.parametrize(
    ("sent", "kept"), [("abc.DEF-1_2", True), ("x" * 64, True), ("x" * 65, False), ("a b", False), ("é", False),
                       ("", False)],
)  # fmt: skip
def test_the_request_id(server: RunningServer, path: str, sent: str, kept: bool) -> None:
    with server.client() as client:
        for method in ("GET", "POST"):
            answer = client.request(method, path, headers=[(b"X-Request-ID", sent.encode("latin-1"))])
            assert (answer.headers["x-request-id"] == sent) == kept
            assert re.fullmatch(r"[A-Za-z0-9._-]{1,64}", answer.headers["x-request-id"])
            assert len(answer.headers.get_list("x-request-id")) == 1
            if answer.headers["content-type"] == "application/problem+json":
                assert answer.json()["request_id"] == answer.headers["x-request-id"]


def test_request_ids_differ(server: RunningServer) -> None:
    ids = {httpx2.get(f"{server.base_url}/health/live").headers["x-request-id"] for _ in range(20)}
    assert len(ids) == 20


class Links(HTMLParser):
    """What a page loads or points to, and the names that it has."""

    def __init__(self) -> None:
        super().__init__()
        self.outside: list[str] = []
        self.targets: set[str] = set()
        self.names: set[str] = set()
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            if name in {"src", "href"} and value is not None:
                (self.targets.add if value.startswith("#") else self.outside.append)(value)
            if name == "id" and value is not None:
                self.names.add(value)


def test_the_documentation_needs_no_other_host_and_no_script(server: RunningServer) -> None:
    answer = httpx2.get(f"{server.base_url}/docs")
    assert answer.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    links = Links()
    links.feed(answer.text)
    assert links.outside == ["/openapi.json"]
    assert "script" not in links.tags
    assert {target[1:] for target in links.targets} <= links.names
    assert {code.value for code in PROBLEMS} <= links.names, "each problem's type points to its code"


def test_ready(server: RunningServer) -> None:
    assert httpx2.get(f"{server.base_url}/health/live").json() == {"status": "pass"}
    assert httpx2.get(f"{server.base_url}/health/ready").json() == {"status": "pass"}


def test_degraded(server: RunningServer) -> None:
    ((newest,),) = server.read(
        "SELECT max(relname) FROM pg_class WHERE relname ~ '^license_heartbeats_[0-9]{4}_[0-9]{2}$'"
    )
    server.change(f"ALTER TABLE license_heartbeats DETACH PARTITION {newest}")
    server.change("INSERT INTO license_heartbeats_default VALUES (1, 1, '2001-01-01')")

    def missing() -> list[str]:
        answer = httpx2.get(f"{server.base_url}/health/ready")
        assert answer.status_code == 200
        return sorted(finding["code"] for finding in answer.json().get("missing", ()))

    server.change("UPDATE backup_state SET begun_at = begun_at - interval '27 hours'")

    server.wait_until(lambda: missing() == ["backup_overdue", "partition_missing", "rows_in_default_partition"])
    body = httpx2.get(f"{server.base_url}/health/ready").json()
    assert body["status"] == "degraded"
    assert any(newest in finding["detail"] for finding in body["missing"])
    server.change(f"DROP TABLE {newest}")
    server.change("DELETE FROM license_heartbeats_default")
    server.change("UPDATE backup_state SET begun_at = clock_timestamp()")
    server.change("SELECT ensure_heartbeat_partitions()")
    server.wait_until(lambda: missing() == [])


def test_a_schema_that_is_too_old_or_too_new(server: RunningServer) -> None:
    def detail() -> str:
        answer = httpx2.get(f"{server.base_url}/health/ready")
        if answer.status_code == 200:
            return ""
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert int(answer.headers["retry-after"]) >= 1
        return str(answer.json()["detail"])

    server.change("UPDATE alembic_version SET version_num = '0001'")
    server.wait_until(lambda: "leasehold migrate" in detail())
    server.change("UPDATE runtime SET oldest_supported_schema = 9999")
    server.change("UPDATE alembic_version SET version_num = '9999'")
    server.wait_until(lambda: "newer" in detail())
    server.change("UPDATE runtime SET oldest_supported_schema = 1")
    server.change("UPDATE alembic_version SET version_num = %s", f"{wanted_schema():04}")
    server.wait_until(lambda: detail() == "")


def test_a_database_that_is_away_at_the_start_comes_later(fresh_database: FreshDatabase, tmp_path: Path) -> None:
    """The server starts all the same, says 503, and serves once the database is there."""
    name = fresh_database.name
    cluster = Cluster(Path(os.environ[CLUSTER_VARIABLE]))
    with psycopg.connect(cluster.superuser_conninfo, autocommit=True) as maintenance:
        maintenance.execute(f"ALTER DATABASE {name} RENAME TO {name}_away")
        with running_server(fresh_database, tmp_path, ready=False) as server:
            answer = httpx2.get(f"{server.base_url}/health/ready")
            assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
            server.api_key = new_api_key(2026)
            refused = server.post("license/validate", {"license_key": "x"})
            assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
            assert int(refused.headers["retry-after"]) >= 1
            maintenance.execute(f"ALTER DATABASE {name}_away RENAME TO {name}")
            server.api_key = server.new_key("late")
            server.wait_until(lambda: server.post("license/validate", {"license_key": "x"}).status_code == 200)
            server.wait_until(lambda: httpx2.get(f"{server.base_url}/health/ready").status_code == 200)
