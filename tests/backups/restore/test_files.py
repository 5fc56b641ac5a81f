"""Files put back: those of the data are swapped, those of the machine only where they are missing."""

from pathlib import Path

import pytest

from leasehold.audit.checkpoints import WITNESS_NAME
from leasehold.backups.contents import CONTENTS, collect
from leasehold.backups.errors import BackupError
from leasehold.backups.restore.files import RestoredFiles
from leasehold.kit.configuration import load_configuration
from leasehold.kit.secrets_file import read_or_create_secrets


@pytest.fixture
def files(tmp_path: Path) -> RestoredFiles:
    """A backup of a logo in the data directory, of a site and of the link to it; all were changed or lost since."""
    data, machine = tmp_path / "data", tmp_path / "etc"
    (data / "backups").mkdir(parents=True)
    (data / "uploads").mkdir()
    (machine / "enabled").mkdir(parents=True)
    (data / "uploads" / "logo.svg").write_text("old logo")
    (data / WITNESS_NAME).write_text("old witness")
    (machine / "site").write_text("site")
    (machine / "certificate").write_text("of last year")
    (machine / "enabled" / "site").symlink_to(machine / "site")
    read_or_create_secrets(data)
    backup = data / "backups" / "backup"
    backup.mkdir()
    collect(load_configuration(data_dir=data), [machine], backup)
    (data / "uploads" / "logo.svg").write_text("new logo")
    (data / WITNESS_NAME).write_text("new witness")
    (machine / "certificate").write_text("of this year")
    (machine / "site").unlink()
    (machine / "enabled" / "site").unlink()
    made = RestoredFiles(backup, data / "backups" / "stage", data, data / "backups" / "kept")
    made.make_ready()
    return made


def test_data_is_swapped_and_a_certificate_stays(files: RestoredFiles, tmp_path: Path) -> None:
    data, machine = files.data_dir, tmp_path / "etc"
    said = files.swapped()
    assert files.differing() == (str(machine / "certificate"),)
    files.swap()
    files.swap()
    assert said == tuple(
        sorted(map(str, [data / "uploads" / "logo.svg", machine / "site", machine / "enabled" / "site"]))
    )
    assert (data / "uploads" / "logo.svg").read_text() == "old logo"
    assert (files.kept / "uploads" / "logo.svg").read_text() == "new logo"
    assert (machine / "enabled" / "site").read_text() == "site"
    assert (machine / "certificate").read_text() == "of this year"
    assert files.swapped() == ()


def test_the_witness_makes_room_for_the_new_one(files: RestoredFiles) -> None:
    (files.stage / WITNESS_NAME).write_text("of the restored log")
    files.swap()
    files.swap()
    assert (files.data_dir / WITNESS_NAME).read_text() == "of the restored log"
    (aside,) = files.data_dir.glob("audit-checkpoint.*.jws")
    assert aside.read_text() == "new witness"


@pytest.mark.parametrize("member", ["path", "stored"])
def test_a_path_that_leads_elsewhere_is_refused(files: RestoredFiles, member: str) -> None:
    listed = files.backup / CONTENTS
    listed.write_text(listed.read_text().replace(f'"{member}": "', f'"{member}": "../../'))
    with pytest.raises(BackupError, match="cannot be put back"):
        files.swapped()
