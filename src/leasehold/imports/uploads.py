"""Files that were sent and are looked at before they are imported; each is there for a day, and imported once.

They are in the database, so that it does not matter which panel of several is asked next.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast
from uuid import UUID

from leasehold.imports.errors import FileRefused, UploadNotFound
from leasehold.kit.database import Connection

LARGEST_UPLOAD = 50 * 1024 * 1024
LONGEST_FILE_NAME = 200
_CHUNK = 1024 * 1024
_KEEP = "INSERT INTO import_uploads (subject, file_name) VALUES (%s, %s) RETURNING id"
_KEEP_PART = "INSERT INTO import_upload_parts (upload_id, place, content) VALUES (%s, %s, %s)"
_FIND = "SELECT file_name FROM import_uploads WHERE id = %s AND subject = %s"
_CLAIM = f"{_FIND} FOR UPDATE"
_PARTS = "SELECT content FROM import_upload_parts WHERE upload_id = %s ORDER BY place"
_FORGET = "DELETE FROM import_uploads WHERE id = %s AND subject = %s"
_FORGET_OLD = "DELETE FROM import_uploads WHERE created_at < clock_timestamp() - interval '1 day'"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was sent: where it can be read for now, and what it was called."""

    path: Path
    file_name: str


def keep_upload(connection: Connection, subject: str, file_name: str, content: BinaryIO) -> UUID:
    """Keep a file that is to be imported into `subject` (`resource_pools/7`).

    Raises `FileRefused`: `empty`, and `too_large` above `LARGEST_UPLOAD` bytes.
    """
    row = connection.execute(_KEEP, (subject, _plain(file_name))).fetchone()
    upload_id = UUID(str(row[0])) if row else UUID(int=0)
    size = 0
    for place, chunk in enumerate(iter(lambda: content.read(_CHUNK), b"")):
        size += len(chunk)
        if size > LARGEST_UPLOAD:
            most = LARGEST_UPLOAD // 1024**2
            detail = f"The file has more than {most} MB: split it, or import it with `leasehold` on the server."
            raise FileRefused("too_large", detail, {"most": LARGEST_UPLOAD})
        connection.execute(_KEEP_PART, (upload_id, place, chunk))
    if size == 0:
        raise FileRefused("empty", "The file is empty: nothing was imported.")
    return upload_id


def name_of_upload(connection: Connection, subject: str, upload_id: UUID, *, claim: bool = False) -> str:
    """What the file was called. Raises `UploadNotFound`.

    With `claim` nobody else gets it before the transaction ends, and then they find it only where it was not forgotten.
    """
    row = connection.execute(_CLAIM if claim else _FIND, (upload_id, subject)).fetchone()
    if row is None:
        raise UploadNotFound
    return str(row[0])


@contextmanager
def opened_upload(connection: Connection, subject: str, upload_id: UUID, *, claim: bool = False) -> Iterator[Upload]:
    """The file, as long as the context lasts; `claim` as above. Raises `UploadNotFound`."""
    file_name = name_of_upload(connection, subject, upload_id, claim=claim)
    with tempfile.NamedTemporaryFile(prefix="leasehold-import-") as file:
        with connection.cursor(name="import_upload") as parts:
            parts.itersize = 1
            for part in parts.execute(_PARTS, (upload_id,)):
                file.write(cast(bytes, part[0]))
        file.flush()
        yield Upload(Path(file.name), file_name)


def forget_upload(connection: Connection, subject: str, upload_id: UUID) -> None:
    """Let go of the file, whether it was imported or is not wanted."""
    connection.execute(_FORGET, (upload_id, subject))


def forget_old_uploads(connection: Connection) -> int:
    """Let go of what nobody has imported within a day, and commit; returns how many those were."""
    forgotten = connection.execute(_FORGET_OLD).rowcount
    connection.commit()
    return forgotten


def _plain(file_name: str) -> str:
    name = file_name.replace("\\", "/").rpartition("/")[2]
    return "".join(letter for letter in name if letter.isprintable())[-LONGEST_FILE_NAME:] or "file"
