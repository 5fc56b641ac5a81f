"""A restore beside a running `leasehold up`: nothing is started again, nobody's session ends, and a database that is
gone comes back through the panel.
"""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator

import httpx2
import psycopg
import pytest

from leasehold.api_keys.key_format import digest, new_api_key
from leasehold.backups.catalog import Catalog
from leasehold.backups.restore.rescue_link import new_rescue_path
from leasehold.backups.restore.state import Step, read_state
from leasehold.backups.states import State
from leasehold.embedded.cluster import Cluster
from leasehold.kit.configuration import load_configuration
from leasehold.kit.database import Role, database_for
from leasehold.kit.maintenance import under_maintenance
from leasehold.kit.signing import load_key_ring
from tests.backups.restore.installation import Restorable
from tests.embedded.installation import Installation, leasehold, processes_of, wait_until
from tests.licensing.vendor import fingerprint, issue_license

_ADD_KEY = "INSERT INTO api_keys (name, digest, hint, scopes) VALUES (%s, %s, '', '{license}')"
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Vendor:
    """What a vendor's program does."""

    def __init__(self, base_url: str, api_key: str) -> None:
        self._base_url = base_url
        self._headers = {"X-API-Key": api_key}

    def post(self, path: str, **body: object) -> httpx2.Response:
        with httpx2.Client(headers=self._headers, timeout=10) as client:
            return client.post(f"{self._base_url}/api/v1/{path}", json=body)

    def get(self, path: str) -> httpx2.Response:
        return httpx2.get(f"{self._base_url}/api/v1/{path}", timeout=10)


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    installation = Installation(tmp_path_factory.mktemp("up") / "data")
    installation.start()
    yield installation
    assert installation.stop() == 0


@pytest.fixture
def here(up: Installation) -> Restorable:
    return Restorable(load_configuration(data_dir=up.data_dir, panel_port=up.panel_port, server_port=up.server_port))


@pytest.fixture
def programs(up: Installation) -> dict[str, int]:
    return {verb: up.child(verb) for verb in ("server", "panel", "worker")}


def _has_ended(here: Restorable) -> bool:
    state = read_state(here.places)
    if state is not None and state.step is Step.FAILED:
        pytest.fail(state.failure or "")
    return state is not None and state.step is Step.DONE


def _new_key(here: Restorable, name: str) -> str:
    key = new_api_key(2026)
    here.change(_ADD_KEY, name, digest(key))
    return key


def test_sessions_go_on_and_what_was_closed_stays_closed(
    up: Installation, here: Restorable, programs: dict[str, int]
) -> None:
    server, panel = (f"http://127.0.0.1:{port}" for port in (up.server_port, up.panel_port))
    vendor = Vendor(server, _new_key(here, "kept"))
    lost = Vendor(server, _new_key(here, "lost"))
    license_key = issue_license(database_for(here.configuration, Role.OWNER))
    device = {"license_key": license_key, "hardware_fingerprint": fingerprint(1)}
    assert vendor.post("license/activate", **device, device_name="d", device_type="desktop").status_code == 201
    token = vendor.post("session/start", **device).json()["session_token"]
    signed = vendor.post("license/validate", **device, nonce="a" * 32).json()["proof"]
    keys = vendor.get("keys").json()
    here.seal()
    name = here.back_up()
    here.change("UPDATE api_keys SET revoked_at = clock_timestamp() WHERE name = 'lost'")
    here.change("UPDATE products SET name = 'Spoilt'")
    during: dict[str, httpx2.Response] = {}

    def say(sentence: str) -> None:
        if sentence == "The restored database is ready.":
            during["server"] = vendor.post("session/heartbeat", session_token=token)
            during["panel"] = httpx2.get(f"{panel}/sign-in")

    outcome = here.restore(name, say=say)

    assert [one.kind for one in outcome.carried] == ["revoked API keys"]
    assert during["server"].status_code == 503
    assert (during["panel"].status_code, during["panel"].headers["Retry-After"]) == (503, "2")
    assert "A backup is being restored" in during["panel"].text
    wait_until(
        lambda: vendor.post("session/heartbeat", session_token=token).status_code == 200, "the session is heard again"
    )
    assert lost.post("license/validate", **device).status_code == 401
    assert here.read("SELECT name FROM products") == [("Studio",)]
    assert here.value("SELECT count(*) FROM session_history") == 0
    assert vendor.get("keys").json() == keys
    load_key_ring(up.data_dir).verify(signed, "leasehold-proof+jwt")
    wait_until(lambda: leasehold("status", f"--data-dir={up.data_dir}").returncode == 0, "all is well")
    assert leasehold("audit", "verify", f"--data-dir={up.data_dir}").returncode == 0
    assert httpx2.get(f"{panel}/sign-in").status_code == 200
    assert {verb: up.child(verb) for verb in programs} == programs
    assert "ended" not in up.said
    assert "lost the database" not in up.said


def test_the_worker_ends_what_a_killed_restore_began(up: Installation, here: Restorable) -> None:
    name = here.back_up()
    place = "leasehold.backups.restore.switching:complete"
    child = [sys.executable, "-m", "tests.backups.restore.killed", name, place]
    done = subprocess.run(child, env=here.configuration.as_environment(), check=False, capture_output=True, text=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    wait_until(lambda: not under_maintenance(up.data_dir), "maintenance is over")
    state = read_state(here.places)
    assert state is not None
    assert state.step is Step.DONE
    wait_until(lambda: leasehold("status", f"--data-dir={up.data_dir}").returncode == 0, "all is well")


def test_a_database_that_is_gone_comes_back_through_the_panel(up: Installation, here: Restorable) -> None:
    here.change("INSERT INTO products (slug, name) VALUES ('rescued', 'Rescued')")
    name = here.back_up()
    for step in (State.VERIFIED, State.LOCAL):
        Catalog(here.places).add(step, name)
    with psycopg.connect(Cluster(up.data_dir).superuser_conninfo, autocommit=True) as connection:
        connection.execute("DROP DATABASE leasehold WITH (FORCE)")
    with httpx2.Client(base_url=f"http://127.0.0.1:{up.panel_port}", follow_redirects=True, timeout=20) as browser:
        assert browser.get("/rescue").status_code == 404
        away = browser.post("/sign-in", data={"email": "a@b.test", "password": "x"})
        path = new_rescue_path(up.data_dir)
        page = browser.get(path)
        assert (page.status_code, name in page.text) == (200, True)
        assert browser.get(path).status_code == 404, "the link opens once"
        form = browser.get(f"/rescue/restore/{name}")
        token = _TOKEN.search(form.text)
        assert token is not None
        asked = {"csrf_token": token[1], "typed": "server_backup"}
        assert browser.post(f"/rescue/restore/{name}", data=asked).status_code == 422
        assert away.status_code in {403, 503}
        begun = browser.post(f"/rescue/restore/{name}", data={**asked, "typed": name})
        assert begun.status_code in {200, 503}, begun.text
        wait_until(lambda: _has_ended(here), "the restore has ended")
        wait_until(lambda: "is restored" in browser.get("/rescue").text, "the page says that it is restored")
        assert "could not be read" in browser.get("/rescue").text
    assert here.read("SELECT name FROM products WHERE slug = 'rescued'") == [("Rescued",)]
    wait_until(lambda: leasehold("status", f"--data-dir={up.data_dir}").returncode == 0, "all is well")


def test_without_up_the_verb_starts_what_it_needs(up: Installation, here: Restorable) -> None:
    name = here.back_up()
    here.change("INSERT INTO products (slug, name) VALUES ('late', 'Late')")
    assert up.stop() == 0
    tried = leasehold("backup", "restore", name, "--dry-run", "--json", f"--data-dir={up.data_dir}")
    assert (tried.returncode, json.loads(tried.stdout)["dry_run"]) == (0, True), tried.stderr
    done = leasehold("backup", "restore", name, "--yes", f"--data-dir={up.data_dir}")
    assert done.returncode == 0, done.stderr
    assert processes_of(up.data_dir) == []
    up.start()
    assert here.read("SELECT name FROM products WHERE slug = 'late'") == []
