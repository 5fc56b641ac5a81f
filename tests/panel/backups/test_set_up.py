"""Setting backups up: the archive's address and SSH key, the recovery kit."""

import re
import subprocess

from flask.testing import FlaskClient

from leasehold.backups.keys import load_keys
from leasehold.backups.places import Places

_KIT = "/backups/recovery-kit"


def test_a_key_is_made_once_and_its_public_half_is_shown(administrator: FlaskClient, places: Places) -> None:
    assert "Make a key" in administrator.get("/backups/archive").text
    assert administrator.post("/backups/archive/key").status_code == 303
    path = places.data_dir / ".ssh" / "github_backup"
    assert path.stat().st_mode & 0o777 == 0o600
    derived = subprocess.run(["ssh-keygen", "-y", "-f", path], capture_output=True, check=True, text=True)
    public = derived.stdout.split()[1]
    assert public in path.with_name("github_backup.pub").read_text()
    assert public in administrator.get("/backups/archive").text
    before = path.read_bytes()
    again = administrator.post("/backups/archive/key")
    assert again.status_code == 409
    assert "already" in again.text
    assert path.read_bytes() == before


def test_a_key_that_cannot_be_used_is_told(administrator: FlaskClient, places: Places) -> None:
    path = places.data_dir / ".ssh" / "github_backup"
    path.parent.mkdir()
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "a passphrase", "-f", path], check=True)
    assert "cannot be used" in administrator.get("/backups/archive").text


def test_the_address_is_changed_like_every_setting(administrator: FlaskClient, places: Places) -> None:
    form = {"backup_archive": str(places.data_dir / "archive.git"), "was-backup_archive": ""}
    assert "What will change" in administrator.post("/administration/settings", data=form).text
    assert administrator.post("/administration/settings", data=form | {"confirmed": "yes"}).status_code == 303
    assert str(places.data_dir / "archive.git") in administrator.get("/backups/archive").text


def test_the_kit_is_shown_proved_and_forgotten(administrator: FlaskClient, places: Places) -> None:
    assert "not confirmed" in administrator.get(_KIT).text
    shown = administrator.post(f"{_KIT}/show").text
    (key,) = re.findall(r"AGE-SECRET-KEY-1[0-9A-Z]{58}", shown)
    wrong = administrator.post(f"{_KIT}/confirm", data={"key": key[:-1] + ("Q" if key[-1] != "Q" else "P")})
    assert wrong.status_code == 409
    assert key[:-1] in wrong.text, "what was typed is kept"
    assert not load_keys(places.data_dir).recovery_confirmed
    assert administrator.post(f"{_KIT}/confirm", data={"key": f"my key is\n{key.lower()}"}).status_code == 303
    assert load_keys(places.data_dir).recovery_secret is None
    page = administrator.get(_KIT).text
    assert "not confirmed" not in page
    assert f'action="{_KIT}/show"' not in page
    assert administrator.post(f"{_KIT}/show").status_code == 409


def test_a_new_kit_is_asked_about_first(administrator: FlaskClient, places: Places) -> None:
    before = load_keys(places.data_dir)
    assert "still need the old kit" in administrator.post(f"{_KIT}/renew").text
    assert load_keys(places.data_dir) == before
    assert administrator.post(f"{_KIT}/renew", data={"confirmed": "yes"}).status_code == 303
    after = load_keys(places.data_dir)
    assert after.recovery_recipient != before.recovery_recipient
    assert after.identities == before.identities
