import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from leasehold.backups.errors import KeyMissing
from leasehold.backups.keys import load_keys
from leasehold.backups.recovery_kit import confirm, kit_text, renew
from leasehold.backups.store.sealing import seal, unseal
from leasehold.kit.errors import ConfigurationError
from leasehold.kit.secrets_file import FILE_NAME


def kit(data_dir: Path) -> str:
    return kit_text(load_keys(data_dir), "git@example.org:backups.git", "key-1")


def test_keys_are_made_once_and_kept(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as threads:
        first, *others = threads.map(load_keys, [tmp_path] * 8)
    assert {first} == set(others)
    sealed = seal(b"probe", first.recipients)
    for identity in (*first.identities, first.recovery_secret or ""):
        assert unseal(sealed, [identity]) == b"probe"


def test_the_kit_says_all_that_is_needed(tmp_path: Path) -> None:
    text = kit(tmp_path)
    assert load_keys(tmp_path).recovery_secret in text.split()
    for needed in ("git@example.org:backups.git", "key-1", "age --decrypt", "RECOVERY.md"):
        assert needed in text


@pytest.mark.parametrize("typed", ["key", "kit", "in lower case, broken into lines"])
def test_who_has_the_kit_can_prove_it_and_then_it_is_forgotten(tmp_path: Path, typed: str) -> None:
    secret = load_keys(tmp_path).recovery_secret or ""
    broken = f"{secret[:30]}\n  {secret[30:50].lower()} \t{secret[50:]}\n"
    confirm(tmp_path, {"key": secret, "kit": kit(tmp_path)}.get(typed, broken))
    keys = load_keys(tmp_path)
    assert keys.recovery_confirmed
    assert keys.recovery_secret is None
    assert secret not in (tmp_path / FILE_NAME).read_text()
    assert unseal(seal(b"probe", keys.recipients), [secret]) == b"probe"
    with pytest.raises(KeyMissing, match="only your printed kit has it"):
        kit(tmp_path)
    confirm(tmp_path, secret)


@pytest.mark.parametrize(
    "typed", ["", "nonsense", "AGE-SECRET-KEY-1" + "Q" * 58, "another", "the server's", "mistyped"]
)
def test_a_wrong_key_proves_nothing_and_changes_nothing(tmp_path: Path, typed: str) -> None:
    keys = load_keys(tmp_path)
    before = (tmp_path / FILE_NAME).read_bytes()
    secret = keys.recovery_secret or ""
    mistyped = secret[:-1] + ("Q" if secret[-1] != "Q" else "P")
    wrong = {
        "another": load_keys(tmp_path / "another").recovery_secret,
        "the server's": keys.identities[0],
        "mistyped": mistyped,
    }.get(typed, typed)
    with pytest.raises(KeyMissing, match="Nothing was changed"):
        confirm(tmp_path, wrong or "")
    assert (tmp_path / FILE_NAME).read_bytes() == before


def test_a_new_recovery_key_has_to_be_confirmed_again(tmp_path: Path) -> None:
    old = load_keys(tmp_path)
    confirm(tmp_path, kit(tmp_path))
    renew(tmp_path)
    new = load_keys(tmp_path)
    assert not new.recovery_confirmed
    assert new.identities == old.identities
    assert new.recovery_recipient != old.recovery_recipient
    with pytest.raises(KeyMissing, match="a newer kit"):
        confirm(tmp_path, old.recovery_secret or "")
    confirm(tmp_path, kit(tmp_path))


@pytest.mark.parametrize("entry", [[], {"identities": []}, {"identities": ["x"], "recovery": {"recipient": "age1"}}])
def test_damage_is_named(tmp_path: Path, entry: object) -> None:
    load_keys(tmp_path)
    path = tmp_path / FILE_NAME
    path.write_text(json.dumps(json.loads(path.read_text()) | {"backup_keys": entry}))
    with pytest.raises(ConfigurationError, match="backup_keys"):
        load_keys(tmp_path)
