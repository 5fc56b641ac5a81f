"""The catalogue made anew: from an archive alone, and from what is kept here."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from leasehold.backups.archive.fetching import fetch_manifests
from leasehold.backups.archive.pushing import Pushed
from leasehold.backups.archive.remote import remote_at
from leasehold.backups.catalog import Catalog, Event
from leasehold.backups.lock import only_one
from leasehold.backups.manifest import Manifest
from leasehold.backups.places import Places
from leasehold.backups.states import State
from leasehold.backups.store.repository import Repository
from leasehold.backups.store.unpacking import open_manifest
from leasehold.kit.git_address import GitAddress
from leasehold.kit.signing import KeyRing

_VOLUME = 1


@dataclass(frozen=True)
class Archive:
    """An archive to read, and what it takes: `key_ring` is None where another installation may have signed."""

    address: GitAddress
    ssh_key: Path
    identities: Sequence[str]
    key_ring: KeyRing | None


def rebuild_catalog(places: Places, archive: Archive) -> int:
    """Replace the catalogue by what the archive and the repository here say; returns how many backups they have.

    Raises `ArchiveRefused`, and `KeyMissing` where none of the keys opens a manifest; nothing is changed then.
    """
    with only_one(places, "Making the catalogue anew"), TemporaryDirectory(dir=places.root) as directory:
        fetched = Repository(Path(directory) / "manifests.git")
        remote = remote_at(archive.address, archive.ssh_key, places, accept_new_host=True)
        events = [_volume(archive)]
        manifests: list[Manifest] = []
        seen: set[str] = set()
        for found in fetch_manifests(remote, fetched.path):
            manifests.append(open_manifest(fetched, found.archived, archive.identities, archive.key_ring))
            new = {chunk.object: chunk.stored for chunk in manifests[-1].chunks.values() if chunk.object not in seen}
            seen |= new.keys()
            pushed = Pushed(_VOLUME, found.archived, found.archived_tree, sum(new.values()))
            events += _events(manifests[-1], _is_kept(places, found.name), pushed.facts)
        for manifest in manifests:
            path = places.manifest(manifest.name)
            path.touch(mode=0o600)
            path.write_bytes(manifest.as_json())
        Catalog(places).replace(events)
    return len(manifests)


def _volume(archive: Archive) -> Event:
    facts = {"volume": _VOLUME, "address": archive.address.text, "ssh_key": str(archive.ssh_key), "copy": 1}
    return Event(datetime.now(UTC).isoformat(timespec="milliseconds"), "volume", facts=facts)


def _events(manifest: Manifest, kept: str | None, pushed: dict[str, object]) -> Iterator[Event]:
    def event(step: State, **facts: object) -> Event:
        return Event(manifest.created_at, step.value, manifest.name, facts)

    yield event(State.PLANNED, reason=manifest.reason)
    yield event(State.DUMPED, rows=sum(table.rows for table in manifest.database.tables))
    yield event(State.VERIFIED)
    if kept is not None:
        yield event(State.LOCAL, commit=kept)
    yield event(State.PUSHED, **pushed)


def _is_kept(places: Places, name: str) -> str | None:
    """The commit of the backup, where this machine has it."""
    if not places.repository.exists():
        return None
    return Repository(places.repository).resolve(f"refs/tags/{name}")
