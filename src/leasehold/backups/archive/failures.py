"""What git and ssh say when they fail, told as what it means and what to do."""

import re
from dataclasses import dataclass
from typing import Final

from leasehold.backups.errors import ArchiveAway, ArchiveRefused

_STAYS: Final = "The backup is safe on this machine, and is pushed with the next one, or by `leasehold backup finish`."


class ArchiveMoved(ArchiveAway):
    """Somebody else has added to the archive at the same moment."""


@dataclass(frozen=True)
class _Meaning:
    said: re.Pattern[str]
    refusal: type[ArchiveRefused]
    code: str
    sentence: str


def _meaning(said: str, refusal: type[ArchiveRefused], code: str, sentence: str) -> _Meaning:
    return _Meaning(re.compile(said, re.IGNORECASE), refusal, code, sentence)


# The first that is found in what was said counts, so the surer signs stand first.
_MEANINGS: Final = (
    _meaning(
        r"ssh: (command )?not found|cannot run ssh",
        ArchiveRefused,
        "ssh_missing",
        "ssh is not installed here: install it (`apt install openssh-client`).",
    ),
    _meaning(
        r"REMOTE HOST IDENTIFICATION HAS CHANGED",
        ArchiveRefused,
        "archive_host_changed",
        "{archive} shows another host key than before: somebody may be pretending to be it. If its owner confirms the "
        "new key, remove the old line from {known_hosts} and test the archive again.",
    ),
    _meaning(
        r"Host key verification failed|No \S+ host key is known",
        ArchiveRefused,
        "archive_host_unknown",
        "The host key of {archive} is not known yet: test the archive once (`leasehold backup test-archive`), and "
        "compare the fingerprint that it prints with the one that its owner publishes.",
    ),
    _meaning(
        r"UNPROTECTED PRIVATE KEY|bad permissions",
        ArchiveRefused,
        "ssh_key_permissions",
        "ssh does not use the key {ssh_key}, because others on this machine may read it: `chmod 600 {ssh_key}`.",
    ),
    _meaning(
        r"incorrect passphrase|invalid format|error in libcrypto",
        ArchiveRefused,
        "ssh_key_unusable",
        "The key {ssh_key} cannot be used: it is damaged, or it has a passphrase. Make one without "
        "(`ssh-keygen -t ed25519 -N '' -f {ssh_key}`) and add its public half to the archive.",
    ),
    _meaning(
        r"marked as read.only|not allowed to push|denied to|write access .* not granted|protected branch",
        ArchiveRefused,
        "archive_read_only",
        "{archive} may only be read with the key {ssh_key}: give this key the right to write there, and let nothing "
        "protect the branch archive from being added to.",
    ),
    _meaning(
        r"Permission denied \(",
        ArchiveRefused,
        "archive_key_refused",
        "{archive} does not accept the key {ssh_key}: add its public half ({ssh_key}.pub) there, as a deploy key that "
        "may write.",
    ),
    _meaning(
        r"GH001|exceeds .*(size|limit)|Large files detected|maximum allowed size",
        ArchiveRefused,
        "archive_size_limit",
        "{archive} refuses files or pushes of this size; its own words: {said}",
    ),
    _meaning(
        r"No space left on device|disk quota|out of disk space|File too large|died of signal 25",
        ArchiveRefused,
        "archive_full",
        "There is no room left in {archive}: make room there, or begin a new archive (`leasehold settings set "
        "backup_archive ADDRESS`). Never remove anything from it by hand.",
    ),
    _meaning(
        r"denying non-fast-forward|\(fetch first\)|\(non-fast-forward\)|cannot lock ref|stale info",
        ArchiveMoved,
        "archive_moved",
        f"Somebody else added to {{archive}} at the same moment. {_STAYS}",
    ),
    _meaning(
        r"hook declined|declined by",
        ArchiveRefused,
        "archive_hook_declined",
        "A rule of {archive} (a hook) refuses the push; its own words: {said}",
    ),
    _meaning(
        r"missing blob|missing tree|unable to read|did not send all necessary|bad object|is corrupt|did not receive "
        r"expected|invalid index-pack|inflate|not our ref",
        ArchiveRefused,
        "archive_damaged",
        "{archive} does not have everything that was pushed to it any more ({said}). No local backup is removed; begin "
        "a new archive (`leasehold settings set backup_archive ADDRESS`) and keep the old one for examination.",
    ),
    _meaning(
        r"Could not resolve|Name or service not known|Temporary failure in name|Connection refused|timed out"
        r"|Network is unreachable|No route to host|Connection (closed|reset)|kex_exchange|banner exchange|Broken pipe"
        r"|lost connection",
        ArchiveAway,
        "archive_away",
        f"{{archive}} cannot be reached ({{said}}). {_STAYS}",
    ),
    _meaning(
        r"Repository not found|not appear to be a git repository|does not exist|No such file|not a git repository"
        r"|not found",
        ArchiveRefused,
        "archive_missing",
        "There is no git repository at {archive}: create an empty one there, or set another address (`leasehold "
        "settings set backup_archive ADDRESS`).",
    ),
    _meaning(
        r"hung up|early EOF|unexpected disconnect|the remote end",
        ArchiveAway,
        "archive_away",
        f"{{archive}} ended the connection ({{said}}). {_STAYS}",
    ),
)
# What git adds for people at a prompt, and progress.
_NOISE: Final = re.compile(
    r"^(hint:|Please make sure|and the repository exists|fatal: Could not read from remote|"
    r"error: failed to push some refs|(remote: )?(Enumerating|Counting|Compressing|Writing|Receiving|Resolving|Total|"
    r"Delta)|To |\s*$)"
)
_LONGEST: Final = 400


def meaning_of(said: str, *, archive: str, ssh_key: str, known_hosts: str) -> ArchiveRefused:
    """The error that stands for what git `said` about `archive`."""
    lines = [line.rsplit("\r")[-1].strip() for line in said.splitlines()]
    told = " ".join(line for line in lines if not _NOISE.match(line))[-_LONGEST:] or "git said nothing about it"
    places = {"archive": archive, "ssh_key": ssh_key, "known_hosts": known_hosts, "said": told}
    for meaning in _MEANINGS:
        if meaning.said.search(said):
            return meaning.refusal(meaning.code, meaning.sentence.format(**places))
    return ArchiveRefused("archive_failed", f"git cannot use {archive}; its own words: {told}")


def silent(archive: str, seconds: float) -> ArchiveAway:
    """The error for an archive that says nothing any more."""
    detail = f"{archive} was silent for {seconds:g} seconds, so the connection was ended. {_STAYS}"
    return ArchiveAway("archive_silent", detail)
