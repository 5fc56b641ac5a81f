"""Everything besides the database, out of a real directory."""

import os
import pwd
import resource
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import msgspec
import pytest

from leasehold.backups.contents import CONFIGURATION, VERSIONS, Kept, collect, read_contents
from leasehold.backups.errors import BackupError
from leasehold.kit.configuration import Configuration
from leasehold.kit.secrets_file import read_or_create_secrets
from tests.embedded.installation import clean_environment

_LIMITED = """
import resource, sys
from pathlib import Path
from leasehold.backups.contents import collect
from leasehold.backups.errors import DiskFull
from leasehold.kit.configuration import Configuration
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), int(sys.argv[3])))
try:
    collect(Configuration(data_dir=Path(sys.argv[1])), [], Path(sys.argv[2]))
except DiskFull:
    sys.exit(11)
"""


@pytest.fixture
def configuration(tmp_path: Path) -> Configuration:
    data_dir = tmp_path / "data"
    read_or_create_secrets(data_dir)
    for name in ("backups/catalog.jsonl", "logs/server.log", "postgresql/PG_VERSION", "run/s", "uploads/a/logo.png"):
        path = data_dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    for name in ("up.lock", "audit-checkpoint.jws", "layout", "secrets.new"):
        (data_dir / name).write_text(name)
    return Configuration(data_dir=data_dir, panel_url="https://admin.example.org")


@pytest.fixture
def target(tmp_path: Path) -> Path:
    directory = tmp_path / "backup"
    directory.mkdir()
    return directory


def test_of_releases_the_wheels_are_kept(configuration: Configuration, target: Path) -> None:
    root = configuration.data_dir / "releases"
    for name in ("1.0/wheels/a.whl", "1.0/wheels/requirements.txt", "1.0/environment/bin/python", "2.0/environment/x"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name)
    (root / "lock").touch()
    (root / "current").symlink_to("1.0/environment")
    collect(configuration, [], target)
    kept = {entry.path for entry in read_contents(target).files if entry.path.startswith("releases")}
    wheels = {"releases/1.0/wheels", "releases/1.0/wheels/a.whl", "releases/1.0/wheels/requirements.txt"}
    assert kept == {"releases", "releases/1.0", *wheels}


def test_the_data_directory_is_kept_but_for_what_is_made_anew(configuration: Configuration, target: Path) -> None:
    collect(configuration, [], target)
    kept = {entry.path: entry for entry in read_contents(target).files}
    assert sorted(kept) == [
        "audit-checkpoint.jws", "layout", "secrets.json", "uploads", "uploads/a", "uploads/a/logo.png",
    ]  # fmt: skip
    assert kept["secrets.json"].mode == 0o600
    assert kept["secrets.json"].owner == pwd.getpwuid(os.geteuid()).pw_name
    assert (target / str(kept["secrets.json"].stored)).read_bytes() == (
        configuration.data_dir / "secrets.json"
    ).read_bytes()
    assert all(path.stat().st_mode & 0o077 == 0 for path in target.rglob("*") if path.is_file())


def test_configuration_and_versions_are_told(configuration: Configuration, target: Path) -> None:
    collect(configuration, [], target)
    environment = msgspec.json.decode((target / CONFIGURATION).read_bytes())
    assert environment == configuration.as_environment()
    versions = msgspec.json.decode((target / VERSIONS).read_bytes())
    assert versions["distributions"]["psycopg"] == version("psycopg")


def test_links_stay_links_and_what_they_point_to_is_kept(
    configuration: Configuration, target: Path, tmp_path: Path
) -> None:
    sites = tmp_path / "nginx" / "sites-enabled"
    sites.mkdir(parents=True)
    available = tmp_path / "nginx" / "sites-available"
    available.mkdir()
    (available / "panel").write_text("server {}")
    (sites / "panel").symlink_to("../sites-available/panel")
    (sites / "gone").symlink_to("nowhere")
    (sites / "around").symlink_to(".")
    os.mkfifo(sites / "pipe")
    collect(configuration, [sites], target)
    kept = {entry.path: entry for entry in read_contents(target).files}
    assert kept[str(sites / "panel")].link == "../sites-available/panel"
    assert kept[str(sites / "gone")].link == "nowhere"
    stored = kept[str(available / "panel")].stored
    assert stored == f"system{available / 'panel'}"
    assert (target / stored).read_text() == "server {}"
    assert str(sites / "pipe") not in kept


def test_backups_are_not_kept_in_backups_however_they_are_reached(
    configuration: Configuration, target: Path, tmp_path: Path
) -> None:
    (tmp_path / "other").symlink_to(configuration.data_dir)
    collect(configuration, [tmp_path / "other", configuration.data_dir / "backups"], target)
    assert not [entry for entry in read_contents(target).files if "catalog" in entry.path]


def test_twice_is_the_same_as_once(configuration: Configuration, target: Path) -> None:
    collect(configuration, [], target)
    (target / "data" / "left-over").write_text("of an interrupted call")
    before = (target / "contents.json").read_bytes()
    collect(configuration, [], target)
    assert (target / "contents.json").read_bytes() == before
    assert not (target / "data" / "left-over").exists()


def test_a_path_that_is_not_there_is_named(configuration: Configuration, target: Path, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match=r"backup_paths names .*/nothing, and there is no such file"):
        collect(configuration, [tmp_path / "nothing"], target)


def test_a_file_that_cannot_be_read_is_named(configuration: Configuration, target: Path) -> None:
    (configuration.data_dir / "layout").chmod(0)
    powerless = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.geteuid() == 0 else []
    done = _collect(configuration, target, resource.RLIM_INFINITY, *powerless)
    assert f"{configuration.data_dir}/layout cannot be read (Permission denied)" in done.stderr


@pytest.mark.parametrize("limit", [0, 10, 300, 1_000])
def test_a_full_disk_is_told_as_such(configuration: Configuration, target: Path, limit: int) -> None:
    done = _collect(configuration, target, limit)
    assert done.returncode == 11, done.stderr


def test_a_kept_file_is_read_as_it_was_written() -> None:
    kept = Kept("/etc/x", 0o644, "root", "root", stored="system/etc/x")
    assert msgspec.json.decode(msgspec.json.encode(kept), type=Kept) == kept


def _collect(configuration: Configuration, target: Path, limit: int, *before: str) -> subprocess.CompletedProcess[str]:
    """In a process of its own, where no file may become larger than `limit`."""
    arguments = [sys.executable, "-c", _LIMITED, str(configuration.data_dir), str(target), str(limit)]
    return subprocess.run([*before, *arguments], env=clean_environment(), capture_output=True, check=False, text=True)
