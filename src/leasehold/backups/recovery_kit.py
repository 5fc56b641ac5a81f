"""The recovery kit: one page on paper, with which an archive can be read when the server and all its files are gone."""

import re
from pathlib import Path

from leasehold.backups.errors import KeyMissing
from leasehold.backups.keys import Keys, forget_recovery_secret, load_keys, replace_recovery_key
from leasehold.backups.store.sealing import fits

_KEY = re.compile(r"AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}")
_TEXT = """\
LEASEHOLD RECOVERY KIT

Whoever has this page can read every backup that was made since it was printed. Without it, nobody can once the server
is gone. Print it, keep it where you keep contracts, and keep no copy on the server.

Recovery key:

    {secret}

    Its public half, by which a backup names it: {recipient}

Archive of the backups:

    {archive}

Signed by:

    {signing_key}

With Leasehold on a new server, and the recovery key in a file key.txt:

    leasehold backup catalog rebuild --from {address} --key key.txt
    leasehold backup restore server_backup_YYYYMMDD_HHMMSS

Without Leasehold, with the stock tools git, age and zstd:

    git clone --depth 1 --branch server_backup_YYYYMMDD_HHMMSS {address} backup
    cd backup
    age --decrypt --identity ../key.txt --output ../recipe.sh recipe.age
    sh ../recipe.sh ../key.txt ../restored

RECOVERY.md in the archive says the rest.
"""


def kit_text(keys: Keys, archive_address: str, signing_key_id: str) -> str:
    """The page to print. Raises `KeyMissing` once the key was confirmed: it is not here any more."""
    if keys.recovery_secret is None:
        raise KeyMissing(
            "recovery_key_gone",
            "The recovery key was confirmed, and since then only your printed kit has it. If that is lost, make a new "
            "one with `leasehold backup recovery-kit renew`.",
        )
    return _TEXT.format(
        secret=keys.recovery_secret,
        recipient=keys.recovery_recipient,
        archive=archive_address or "none yet: backups are on this server only",
        address=archive_address or "ADDRESS",
        signing_key=signing_key_id,
    )


def confirm(data_dir: Path, typed: str) -> None:
    """Take `typed` (the key, or the whole kit) as proof that somebody has the recovery key, and forget it here.

    Raises `KeyMissing` where it does not open what is sealed for it; then nothing is changed.
    """
    recipient = load_keys(data_dir).recovery_recipient
    found = keys_in(typed)
    if not any(fits(key, recipient) for key in found):
        raise KeyMissing(
            "recovery_key_wrong",
            "This key does not open the backups of this server: compare it letter by letter with the printed kit, and "
            "look whether a newer kit was printed. Nothing was changed.",
        )
    forget_recovery_secret(data_dir, recipient)


def keys_in(text: str) -> tuple[str, ...]:
    """The keys that stand in `text`, however it is broken into lines. Raises `KeyMissing` where there is none."""
    found = tuple(_KEY.findall("".join(text.split()).upper()))
    if not found:
        raise KeyMissing(
            "recovery_key_unreadable",
            "There is no recovery key in what was given: it begins with AGE-SECRET-KEY-1, and 58 letters and digits "
            "follow. Nothing was changed.",
        )
    return found


def renew(data_dir: Path) -> None:
    """Make a new recovery key, to be printed and confirmed; earlier backups still need the earlier kit."""
    replace_recovery_key(data_dir)
