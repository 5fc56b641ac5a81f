"""How PostgreSQL's programs get in: the password by a file for our eyes alone, so that it is in no argument list."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo


@contextmanager
def way_in(conninfo: str, directory: Path) -> Iterator[str]:
    """`--dbname=…` for a program that is to connect by `conninfo`.

    The file is in `directory` for as long as the block runs.
    """
    given = conninfo_to_dict(conninfo)
    password = given.pop("password", None)
    descriptor, path = tempfile.mkstemp(prefix="password-", dir=directory)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            if password is not None:
                file.write(f"*:*:*:*:{_escaped(str(password))}\n")
                given["passfile"] = path
        yield f"--dbname={make_conninfo('', **given)}"
    finally:
        Path(path).unlink()


def _escaped(password: str) -> str:
    return password.replace("\\", "\\\\").replace(":", "\\:")
