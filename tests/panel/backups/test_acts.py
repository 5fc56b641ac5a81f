"""What is done with backups from the panel: started as a process, written to the audit log, asked about first."""

import io
import tarfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from leasehold.backups.catalog import Catalog
from leasehold.backups.places import Places
from leasehold.backups.restore.state import read_state
from leasehold.backups.runs import Run, list_runs
from leasehold.backups.store.repository import Repository
from tests.browser.demonstration_backups import NEWEST, make_backups
from tests.conftest import FreshDatabase
from tests.embedded.installation import wait_until
from tests.panel.conftest import wait_for_runs


@pytest.fixture(autouse=True)
def _with_backups(places: Places) -> None:
    make_backups(places.data_dir, days=3)
    for path in places.runs.iterdir():
        path.unlink()


def newest_run(places: Places) -> Run:
    wait_for_runs(places)
    return list_runs(places, most=1)[0]


def audited(fresh: FreshDatabase) -> list[tuple[object, ...]]:
    with fresh.owner.connect(application="test") as owner:
        return owner.execute(
            "SELECT action, row_id, actor LIKE 'staff:%' FROM audit_log WHERE table_name = 'backups' ORDER BY id"
        ).fetchall()


@pytest.mark.parametrize(
    ("path", "arguments"),
    [
        ("create", ("create", "--reason", "by hand")),
        ("finish", ("finish",)),
        ("archive/test", ("test-archive",)),
        (f"{NEWEST}/verify", ("verify", NEWEST)),
        (f"{NEWEST}/drill", ("drill", NEWEST)),
        (f"{NEWEST}/restore/try", ("restore", NEWEST, "--yes", "--dry-run")),
    ],
)
def test_an_act_is_a_process_of_its_own_in_the_name_of_who_asks(
    administrator: FlaskClient,
    places: Places,
    fresh_database: FreshDatabase,
    path: str,
    arguments: tuple[str, ...],
) -> None:
    assert administrator.post(f"/backups/{path}").status_code == 303
    run = newest_run(places)
    assert run.arguments == arguments
    assert run.by.startswith("staff:")
    about = NEWEST if NEWEST in arguments else "all"
    action = "restore_tried" if "restore" in arguments else f"backup_{arguments[0].replace('-', '_')}"
    assert (action, about, True) in audited(fresh_database)
    assert "Testa Prüferin" in administrator.get("/backups").text


def test_the_reason_is_one_line_of_a_bounded_length(administrator: FlaskClient, places: Places) -> None:
    administrator.post("/backups/create", data={"reason": f"  before\nthe  move {'x' * 500}"})
    reason = newest_run(places).arguments[-1]
    assert reason.startswith("before the move x")
    assert len(reason) == 200
    made = Catalog(places).backups()[0]
    assert made.facts["reason"] == reason
    assert made.facts["by"] == newest_run(places).by


def test_nothing_is_started_for_a_backup_that_there_is_not(administrator: FlaskClient, places: Places) -> None:
    for act in ("verify", "drill", "download", "restore", "restore/try"):
        assert administrator.post(f"/backups/server_backup_20200101_000000/{act}").status_code == 404
    assert list_runs(places, most=1) == []


def test_a_restore_is_tried_first_and_confirmed_by_its_name(administrator: FlaskClient, places: Places) -> None:
    path = f"/backups/{NEWEST}/restore"
    assert "Type the name" not in administrator.get(path).text
    assert administrator.post(path, data={"typed": NEWEST}).status_code == 409
    _say_that_it_was_tried(places, status=14)
    assert administrator.post(path, data={"typed": NEWEST}).status_code == 409
    _say_that_it_was_tried(places, status=0)
    assert "Type the name" in administrator.get(path).text
    wrong = administrator.post(path, data={"typed": "server_backup"})
    assert wrong.status_code == 422
    assert 'value="server_backup"' in wrong.text
    assert read_state(places) is None
    assert administrator.post(path, data={"typed": f" {NEWEST} "}).location == "/backups"
    wait_until(lambda: (state := read_state(places)) is not None and state.step.is_end, "the restore has ended")
    assert "The restore of server_backup_20260131_020000 has failed" in administrator.get("/backups").text


def test_a_trial_holds_for_an_hour(administrator: FlaskClient, places: Places) -> None:
    _say_that_it_was_tried(places, status=0, began_at="2026-01-31T09:00:00Z")
    assert administrator.post(f"/backups/{NEWEST}/restore", data={"typed": NEWEST}).status_code == 409


def test_a_download_is_what_is_in_the_archive(administrator: FlaskClient, places: Places) -> None:
    repository = Repository(places.repository)
    repository.make()
    files = {"RECOVERY.md": b"How to read this.", "objects/ab/abcd.age": b"\0sealed" * 100_000}
    tree = repository.write_tree({path: repository.put(data) for path, data in files.items()})
    commit = repository.commit(tree, [], message=NEWEST, name="B", email="b@x", moment="2026-01-31T02:00:00+00:00")
    repository.set_ref(f"refs/tags/{NEWEST}", commit)
    answer = administrator.post(f"/backups/{NEWEST}/download")
    assert answer.headers["Content-Disposition"] == f"attachment; filename={NEWEST}.tar"
    with tarfile.open(fileobj=io.BytesIO(answer.data)) as tar:
        found = {member.name: tar.extractfile(member) for member in tar if member.isfile()}
        assert {name: file.read() for name, file in found.items() if file} == {
            f"{NEWEST}/{path}": data for path, data in files.items()
        }


def test_what_is_no_longer_here_cannot_be_downloaded(administrator: FlaskClient, places: Places) -> None:
    Catalog(places).add("pruned", NEWEST)
    answer = administrator.post(f"/backups/{NEWEST}/download")
    assert answer.status_code == 409
    assert "no longer on this server" in answer.text
    assert "/download" not in administrator.get(f"/backups/{NEWEST}").text


def _say_that_it_was_tried(places: Places, *, status: int, began_at: str | None = None) -> None:
    began = began_at or datetime.now(UTC).isoformat()
    order = f'{{"arguments":["restore","{NEWEST}","--yes","--dry-run"],"by":"staff:1","began_at":"{began}"}}'
    path: Path = places.runs / f"20260131_0900{status:02}_000000.log"
    path.write_text(f"{order}\nended with status {status}\n")
    for older in sorted(places.runs.iterdir()):
        if older != path:
            older.unlink()
