"""Which secrets come back, and which stay."""

from typing import Any

from leasehold.backups.restore.secrets import merge_secrets

_OLD, _NEW, _FOREIGN = ({"kid": name} for name in ("old", "new", "foreign"))


def test_logins_stay_and_what_seals_the_data_comes_back() -> None:
    present = {"owner_password": "here", "panel_secret_key": "here", "second_factor_key": "here", "new": 1}
    restored = {"owner_password": "there", "panel_secret_key": "there", "second_factor_key": "there", "lost": 2}
    assert merge_secrets(present, restored) == {
        "owner_password": "here",
        "panel_secret_key": "there",
        "second_factor_key": "there",
        "new": 1,
        "lost": 2,
    }


def test_a_key_that_took_the_place_of_the_backups_goes_on_signing() -> None:
    assert _signing([_NEW, _OLD], [_OLD]) == [_NEW, _OLD]


def test_on_another_machine_the_backups_key_signs_and_none_is_lost() -> None:
    assert _signing([_FOREIGN], [_NEW, _OLD]) == [_NEW, _OLD, _FOREIGN]


def test_every_key_that_opens_backups_stays_and_a_recovery_key_that_somebody_has_is_preferred() -> None:
    nobodys: dict[str, Any] = {"identities": ["here"], "recovery": {"recipient": "a", "secret": "s"}}
    somebodys: dict[str, Any] = {"identities": ["there"], "recovery": {"recipient": "b", "confirmed_at": "2026"}}
    merged = merge_secrets({"backup_keys": nobodys}, {"backup_keys": somebodys})["backup_keys"]
    assert merged == {"identities": ["here", "there"], "recovery": somebodys["recovery"]}
    back = merge_secrets({"backup_keys": somebodys}, {"backup_keys": nobodys})["backup_keys"]
    assert back == {"identities": ["there", "here"], "recovery": somebodys["recovery"]}


def test_merged_once_more_they_stay_the_same() -> None:
    present = {"signing_keys": [_FOREIGN], "panel_secret_key": "here"}
    restored = {"signing_keys": [_NEW, _OLD], "panel_secret_key": "there"}
    once = merge_secrets(present, restored)
    assert merge_secrets(once, restored) == once


def _signing(present: list[dict[str, str]], restored: list[dict[str, str]]) -> list[dict[str, str]]:
    merged: list[dict[str, str]] = merge_secrets({"signing_keys": present}, {"signing_keys": restored})["signing_keys"]
    return merged
