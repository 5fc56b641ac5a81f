"""The verbs that watch, where something is wrong; where all is well they are tested on a running installation."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from leasehold.embedded.readiness import answers_well
from leasehold.kit.releases import Releases
from tests.conftest import FreshDatabase
from tests.embedded.installation import clean_environment, free_port, leasehold, wait_until


@pytest.fixture
def environment(fresh_database: FreshDatabase, tmp_path: Path) -> dict[str, str]:
    return {
        "LEASEHOLD_DATABASE_URL": fresh_database.url,
        "LEASEHOLD_DATA_DIR": str(tmp_path),
        "LEASEHOLD_SERVER_PORT": str(free_port()),
        "LEASEHOLD_PANEL_PORT": str(free_port()),
    }


def test_the_panel_does_not_serve_others_without_tls(environment: dict[str, str], tmp_path: Path) -> None:
    new = {"LEASEHOLD_DATA_DIR": str(tmp_path / "new")}
    for refused in (
        leasehold("panel", "--host", "0.0.0.0", "--json", **environment),
        leasehold("up", "--host", "0.0.0.0", "--json", **environment),
        leasehold("up", "--host", "0.0.0.0", "--json", **new),
    ):
        assert refused.returncode == 2
        said = json.loads(refused.stderr.splitlines()[-1])["error"]["detail"]
        assert "LEASEHOLD_PANEL_URL" in said
        assert "--insecure" in said
    assert not (tmp_path / "new").exists()


def test_the_panel_serves_others_once_the_setting_says_that_a_proxy_speaks_tls(environment: dict[str, str]) -> None:
    leasehold("settings", "set", "panel_url", "https://admin.example.org", **environment).check_returncode()
    command = [sys.executable, "-m", "leasehold", "panel", "--host", "0.0.0.0"]
    panel = subprocess.Popen(command, env={**clean_environment(), **environment}, stderr=subprocess.PIPE)
    try:
        address = f"http://127.0.0.1:{environment['LEASEHOLD_PANEL_PORT']}/"
        wait_until(lambda: answers_well(address, "") or panel.poll() is not None, "the panel answers")
        assert panel.poll() is None
    finally:
        panel.terminate()
        panel.communicate(timeout=60)


def test_migrate_has_nothing_to_do_on_a_current_schema(environment: dict[str, str]) -> None:
    done = leasehold("migrate", "--json", **environment)
    assert (done.returncode, json.loads(done.stdout)["applied"]) == (0, [])


def test_status_names_what_does_not_run(environment: dict[str, str]) -> None:
    done = leasehold("status", "--json", **environment)
    found = json.loads(done.stdout)
    assert (done.returncode, found["ok"], found["up"]) == (1, False, None)
    assert found["server"]["status"] == found["panel"]["status"] == "away"
    assert found["database"]["reachable"]
    assert "The worker has not run yet." in found["problems"]
    assert "The worker has not run yet." in leasehold("status", **environment).stdout


def test_status_and_doctor_say_that_the_database_is_away(environment: dict[str, str]) -> None:
    environment["LEASEHOLD_DATABASE_URL"] = "postgresql://leasehold:hunter2@127.0.0.1:1/leasehold"
    status = leasehold("status", **environment)
    doctor = leasehold("doctor", "--json", **environment)
    assert (status.returncode, doctor.returncode) == (1, 1)
    assert "The database cannot be reached" in status.stdout
    findings = {finding["check"]: finding for finding in json.loads(doctor.stdout)["findings"]}
    assert findings["database"]["mend"] == "check LEASEHOLD_DATABASE_URL"
    assert "hunter2" not in status.stdout + status.stderr + doctor.stdout + doctor.stderr


def test_doctor_finds_what_others_may_read_or_write(environment: dict[str, str], tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    data_dir.chmod(0o777)
    secrets = data_dir / "secrets.json"
    secrets.write_text("{}")
    secrets.chmod(0o644)
    done = leasehold("doctor", "--data-dir", str(data_dir), **environment)
    assert done.returncode == 1
    assert f"chmod go-w {data_dir}" in done.stdout
    assert f"chmod 600 {secrets}" in done.stdout
    assert "leasehold worker" in done.stdout


def test_doctor_finds_an_interrupted_upgrade_and_an_old_program(environment: dict[str, str], tmp_path: Path) -> None:
    releases = Releases(tmp_path)
    other = tmp_path / "releases" / "9.0.0" / "environment"
    (other / "bin").mkdir(parents=True)
    (other / "bin" / "python").symlink_to(sys.executable)
    releases.point_to(other)
    releases.upgrading.write_text("{}")
    said = leasehold("doctor", **environment).stdout
    assert "an upgrade is under way, or was interrupted" in said
    assert f"the installation runs from {other}" in said
    assert f"start {releases.current}/bin/leasehold instead" in said
    shutil.rmtree(other)
    assert f"{releases.current} leads nowhere" in leasehold("doctor", **environment).stdout


def test_doctor_counts_partitions_jobs_and_backups(environment: dict[str, str], fresh_database: FreshDatabase) -> None:
    with fresh_database.owner.connect(application="test", autocommit=True) as owner:
        row = owner.execute("SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY_MM')").fetchone()
        assert row is not None
        owner.execute(f"DROP TABLE license_heartbeats_{row[0]}")
        owner.execute("INSERT INTO license_heartbeats VALUES (1, 1, clock_timestamp())")
        owner.execute(
            "INSERT INTO schedules (name, finished_at, failure)"
            " VALUES ('sweep', clock_timestamp() - interval '1 hour', 'LookupError: gone')"
        )
        owner.execute(
            "UPDATE backup_state SET verified = 'server_backup_20260124_030000', failure = 'The disk is full.',"
            " verified_at = clock_timestamp() - interval '27 hours'"
        )
    done = leasehold("doctor", "--json", **environment)
    wrong = {
        finding["check"]: finding["detail"] for finding in json.loads(done.stdout)["findings"] if not finding["ok"]
    }
    assert done.returncode == 1
    assert str(row[0]).replace("_", "-") in wrong["partitions"]
    assert wrong["worker"].startswith("The worker last ran 36")
    assert wrong["job sweep"] == "LookupError: gone"
    overdue = "There should be a newer good backup: server_backup_20260124_030000 is 27 hours old. The disk is full."
    assert wrong["backup"] == overdue


def test_psql_finds_a_given_database(environment: dict[str, str]) -> None:
    done = leasehold("psql", "-At", "-c", "SHOW leasehold.actor", **environment)
    assert (done.returncode, done.stdout[:5]) == (0, "psql:")
    assert leasehold("psql", "-c", "SELEC", **environment).returncode == 1


def test_psql_needs_no_path(environment: dict[str, str]) -> None:
    done = leasehold("psql", "-At", "-c", "SELECT 7", **environment, PATH="/nowhere")
    assert (done.returncode, done.stdout) == (0, "7\n"), done.stderr


def test_logs_without_an_installation_say_what_to_do(tmp_path: Path) -> None:
    done = leasehold("logs", "--data-dir", str(tmp_path))
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "leasehold up" in done.stderr
