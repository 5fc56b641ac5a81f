"""Archives of both kinds: a directory of this machine, and a real sshd on the loopback."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from leasehold.backups.archive.remote import Limits, Remote, believing_new_host, remote_at
from leasehold.backups.archive.volumes import Volume
from leasehold.backups.places import Places
from leasehold.backups.settings import BackupSettings, default_backup_settings
from leasehold.kit.git_address import read_address
from tests.backups.archive.archived import Archive
from tests.backups.archive.made import Local
from tests.backups.archive.sealed import Sealed
from tests.backups.archive.ssh_server import SshServer, ssh_server
from tests.backups.store.store import Store

LIMITS = Limits(connect_seconds=10, stall_seconds=30)


@pytest.fixture(autouse=True)
def nobody_s_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No git identity, no configuration, no known hosts anywhere."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_AUTHOR_DATE", "nonsense")


@pytest.fixture
def local(places: Places) -> Local:
    return Local.at(places.repository)


@pytest.fixture
def settings() -> BackupSettings:
    return default_backup_settings()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshServer]:
    with ssh_server(tmp_path_factory.mktemp("sshd")) as server:
        yield server


@pytest.fixture(params=["directory", "ssh"])
def remote(request: pytest.FixtureRequest, tmp_path: Path, places: Places) -> Remote:
    """An archive that nothing was pushed to yet."""
    directory = tmp_path / "archive.git"
    if request.param == "directory":
        return remote_at(read_address(str(directory)), tmp_path / "no-key", places, limits=LIMITS)
    return over_ssh(request.getfixturevalue("server"), directory, places)


def over_ssh(server: SshServer, directory: Path, places: Places) -> Remote:
    """A new empty repository at `directory`, as the server gives it, whose host was met before."""
    server.make_repository(directory)
    remote = remote_at(read_address(server.address(directory)), server.key, places, limits=LIMITS)
    believing_new_host(remote).refs()
    return remote


@pytest.fixture
def volume(remote: Remote) -> Volume:
    return Volume(1, remote.address, remote.ssh_key)


@pytest.fixture
def archive(local: Local, remote: Remote, volume: Volume, settings: BackupSettings) -> Archive:
    return Archive(local, remote, volume, settings)


@pytest.fixture
def sealed(tmp_path: Path, remote: Remote, volume: Volume, settings: BackupSettings) -> Sealed:
    store = Store(tmp_path / "installation")
    return Sealed(store, Archive(Local(store.repository.path), remote, volume, settings), tmp_path / "source")
