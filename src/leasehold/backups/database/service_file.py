"""How PostgreSQL's programs get in: by a file for our eyes alone, so that no password stands in an argument list."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from leasehold.kit.database import Connection

_NAME = "leasehold"
_NOT_IN_FILES = frozenset({b"service", b"servicefile", b"passfile"})
SAME_WAY = f"--dbname=service={_NAME}"


@contextmanager
def same_way_in(connection: Connection, directory: Path) -> Iterator[dict[str, str]]:
    """The environment in which one of PostgreSQL's programs, told `SAME_WAY`, connects as `connection` did.

    The file is in `directory` for as long as the block runs.
    """
    descriptor, name = tempfile.mkstemp(prefix="connection-", suffix=".conf", dir=directory)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(f"[{_NAME}]\n")
            for option in connection.pgconn.info:
                # What is as in every libpq is left out: an older one may not know it.
                if option.val is not None and option.val != option.compiled and option.keyword not in _NOT_IN_FILES:
                    file.write(f"{option.keyword.decode()}={option.val.decode()}\n")
        yield {"PGSERVICEFILE": name}
    finally:
        Path(name).unlink()
