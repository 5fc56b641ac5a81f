"""Which secrets of a backup take the place of those that are here."""

from collections.abc import Mapping
from typing import Any, Final

# What is in the database was sealed or signed by these, or is known by their digests.
_OF_THE_DATA: Final = ("panel_secret_key", "second_factor_key", "erasure_key")
_SIGNING_KEYS: Final = "signing_keys"
_BACKUP_KEYS: Final = "backup_keys"


def merge_secrets(present: Mapping[str, Any], restored: Mapping[str, Any]) -> dict[str, Any]:
    """The secrets for the restored data on this machine; merged once more they stay the same.

    The logins of this machine's database stay. What was known here and is not in the backup stays; what only the
    backup knows comes back.
    """
    merged = {**restored, **present}
    merged |= {name: restored[name] for name in _OF_THE_DATA if name in restored}
    merged[_SIGNING_KEYS] = _merge_keys(present.get(_SIGNING_KEYS, []), restored.get(_SIGNING_KEYS, []))
    if _BACKUP_KEYS in present and _BACKUP_KEYS in restored:
        merged[_BACKUP_KEYS] = _merge_backup_keys(present[_BACKUP_KEYS], restored[_BACKUP_KEYS])
    return {name: value for name, value in merged.items() if value != []}


def _merge_backup_keys(present: Mapping[str, Any], restored: Mapping[str, Any]) -> dict[str, Any]:
    """All that open backups; and a recovery key that somebody has, rather than one that nobody has taken yet."""
    identities = [*present["identities"], *(one for one in restored["identities"] if one not in present["identities"])]
    nobody_has_it = present["recovery"].get("secret") is not None
    return {"identities": identities, "recovery": restored["recovery"] if nobody_has_it else present["recovery"]}


def _merge_keys(present: list[Any], restored: list[Any]) -> list[Any]:
    """The key that signs is the backup's, unless it was here already and has been replaced since."""
    known, returning = ({key["kid"] for key in keys} for keys in (present, restored))
    if returning <= known:
        return present
    return restored + [key for key in present if key["kid"] not in returning]
