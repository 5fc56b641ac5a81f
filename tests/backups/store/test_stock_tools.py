"""The way back without any of our code: git, age, zstd and a shell, as RECOVERY.md in the archive says it."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.backups.stock_tools import commands_of, follow, needs_stock_tools
from tests.backups.store.store import Store, contents, rows, write

NAME = "server_backup_20260101_030003"
pytestmark = needs_stock_tools


@pytest.fixture
def archive(store: Store, tmp_path: Path) -> Path:
    """A bare repository with the last of four backups, whose pieces are differences to differences."""
    source = tmp_path / "in"
    for number in range(4):
        write(source, {"database/1.dat": rows(number, 5000), "files/it's $HOME": b"x", "files/empty": b""})
        commit = store.backup(source)
    store.repository.set_ref(f"refs/tags/{NAME}", commit)
    archive = tmp_path / "archive.git"
    subprocess.run(["git", "clone", "-q", "--bare", f"file://{store.repository.path}", archive], check=True)
    shutil.rmtree(store.repository.path)
    return archive


def follow_the_text(store: Store, archive: Path, directory: Path) -> subprocess.CompletedProcess[str]:
    commands, _database = commands_of(archive, NAME)
    return follow(commands, store.keys.recovery_secret or "", directory)


@pytest.mark.usefixtures("small_pieces")
def test_it_is_enough_to_follow_the_text(store: Store, archive: Path, tmp_path: Path) -> None:
    done = follow_the_text(store, archive, tmp_path / "away")
    assert done.returncode == 0, done.stderr
    assert contents(tmp_path / "away/restored") == contents(tmp_path / "in")
    assert "--patch-from" in (tmp_path / "away/recipe.sh").read_text()


@pytest.mark.usefixtures("small_pieces")
@pytest.mark.parametrize("what", ["flipped", "missing"])
def test_the_recipe_stops_at_a_damaged_object(store: Store, archive: Path, tmp_path: Path, what: str) -> None:
    follow_the_text(store, archive, tmp_path / "away")
    victim = max((tmp_path / "away/backup/objects").rglob("*.age"), key=lambda path: path.stat().st_size)
    data = bytearray(victim.read_bytes())
    data[-1] ^= 1
    victim.write_bytes(data) if what == "flipped" else victim.unlink()
    again = ["sh", "../recipe.sh", "../key.txt", "../again"]
    done = subprocess.run(again, cwd=tmp_path / "away/backup", capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert not [path for path in (tmp_path / "away/again").rglob("*") if path.is_file()]


def test_without_the_key_there_is_no_way(store: Store, archive: Path, tmp_path: Path) -> None:
    follow_the_text(store, archive, tmp_path / "away")
    away = tmp_path / "away"
    for path in (away / "backup").rglob("*.age"):
        assert path.read_bytes().startswith(b"age-encryption.org/v1\n")
    (away / "stranger.txt").write_text("AGE-SECRET-KEY-1" + "Q" * 58 + "\n")
    command = ["age", "--decrypt", "--identity", "../stranger.txt", "manifest.age"]
    assert subprocess.run(command, cwd=away / "backup", capture_output=True, check=False).returncode != 0
