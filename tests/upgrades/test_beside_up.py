"""Upgrades of an installation that brings its own PostgreSQL, while `leasehold up` runs on it and while it does not."""

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from leasehold.backups.catalog import Catalog
from leasehold.backups.places import Places
from leasehold.embedded.running import what_runs
from leasehold.migrations.state import wanted_schema
from tests.embedded.installation import Installation, processes_of
from tests.guide.pages import shown
from tests.upgrades.installation import Upgradable
from tests.upgrades.releases import Wheelhouse

pytestmark = pytest.mark.slow


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[Installation]:
    """It runs when the test begins, and nothing of it does when the test has ended."""
    running = Installation(tmp_path / "data")
    running.start()
    yield running
    if running.running.poll() is None:
        running.stop()
    assert processes_of(running.data_dir) == []


@pytest.fixture
def upgradable(embedded: Installation, wheelhouse: Wheelhouse) -> Upgradable:
    return Upgradable(embedded.data_dir, None, wheelhouse)


def test_a_running_one_is_left_alone_unless_it_may_start_again_as_the_new_release(
    embedded: Installation, upgradable: Upgradable
) -> None:
    refused = upgradable.upgrade("0.2.0")
    assert refused.returncode == 1
    assert f"process {embedded.running.pid}" in refused.stderr
    assert upgradable.what_is_left() == set()

    done = upgradable.upgrade("0.2.0", "--restart", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["restarted"] is True
    now = what_runs(embedded.data_dir)
    assert now is not None
    assert (now.pid, now.version) == (embedded.running.pid, "0.2.0")
    assert upgradable.schema == wanted_schema() + 1
    assert embedded.stop() == 0
    _go_back(embedded, upgradable)


def _go_back(embedded: Installation, upgradable: Upgradable) -> None:
    """As the guide shows it; the database and the wheels come out of the backup."""
    shutil.rmtree(upgradable.releases.release("0.2.0") / "wheels")
    (saved, *_) = Catalog(Places(embedded.data_dir)).backups()
    names = {"OLD": sys.prefix, "DATA_DIR": embedded.data_dir, "NAME": saved.name}
    for command in shown("docs/upgrading.md", "ln -sfn OLD"):
        upgradable.typed(command, **names)
    (start,) = shown("docs/upgrading.md", "DATA_DIR/releases/current/bin/leasehold up")
    embedded.program = [start.replace("DATA_DIR", str(embedded.data_dir)).removesuffix(" up")]
    embedded.start()
    now = what_runs(embedded.data_dir)
    assert now is not None
    assert now.version == "0.1.0"
    assert upgradable.schema == wanted_schema()
    for command in shown("docs/upgrading.md", "--require-hashes"):
        upgradable.typed(command, WHEELS=upgradable.releases.wheels("0.2.0"))
    assert upgradable.typed("new/bin/leasehold --version") == "leasehold 0.2.0\n"


def test_one_that_was_killed_at_the_restart_is_finished_and_what_runs_starts_again(
    embedded: Installation, upgradable: Upgradable
) -> None:
    upgradable.killed_at("restarting", "0.2.0")
    before = what_runs(embedded.data_dir)
    assert before is not None
    assert before.version == "0.1.0"
    done = upgradable.run("upgrade")
    assert done.returncode == 0, done.stderr
    now = what_runs(embedded.data_dir)
    assert now is not None
    assert (now.pid, now.version) == (before.pid, "0.2.0")
    assert upgradable.what_is_left() == {"0.2.0", "current"}


def test_what_cannot_start_again_is_undone_and_the_old_program_starts(
    embedded: Installation, upgradable: Upgradable
) -> None:
    done = upgradable.upgrade("0.3.3", "--restart")
    assert done.returncode == 1
    assert "`leasehold up` no longer runs: start" in done.stderr
    assert upgradable.what_is_left() == {"current"}
    assert embedded.running.wait() != 0
    embedded.start()
    now = what_runs(embedded.data_dir)
    assert now is not None
    assert now.version == "0.1.0"


def test_a_failed_migration_leaves_the_old_schema_where_nobody_could_write_meanwhile(
    embedded: Installation, upgradable: Upgradable
) -> None:
    embedded.stop()
    done = upgradable.upgrade("0.3.0")
    assert done.returncode == 1
    assert "division by zero" in done.stderr.splitlines()[-1]
    assert "goes back" not in done.stderr  # all migrations are one transaction, so there is nothing to bring back
    assert upgradable.what_is_left() == set()
    assert processes_of(embedded.data_dir) == []
    embedded.start()
    assert upgradable.schema == wanted_schema()
