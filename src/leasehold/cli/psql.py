"""`leasehold psql`: PostgreSQL's own client, as the owner, whose changes bear the name of who runs it."""

import os
import pwd
import shutil
from collections.abc import Sequence
from typing import NoReturn

from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import Conninfo

from leasehold.cli.installation import database_of_installation
from leasehold.embedded.binaries import binary
from leasehold.kit.configuration import Configuration
from leasehold.kit.database import Role
from leasehold.kit.errors import ConfigurationError


def exec_psql(configuration: Configuration, arguments: Sequence[str]) -> NoReturn:
    """Become psql; its exit status is ours. Raises `ConfigurationError` where there is no psql."""
    program = str(binary("psql")) if configuration.embedded else _psql_on_path()
    # By its full path, from which it finds its own files: PATH may know no psql, or another one.
    os.execve(program, [program, *arguments], {**os.environ, **psql_environment(configuration)})  # noqa: S606  # no shell is wanted


def psql_environment(configuration: Configuration) -> dict[str, str]:
    """How psql connects, in its own variables: arguments could be read by everybody on the machine."""
    given = conninfo_to_dict(database_of_installation(configuration, Role.OWNER).conninfo)
    actor = f"psql:{_user()}".replace("\\", "\\\\").replace(" ", "\\ ")
    given["options"] = f"{given.get('options') or ''} -c leasehold.actor={actor}".strip()
    variables = {option.keyword.decode(): option.envvar.decode() for option in Conninfo.get_defaults() if option.envvar}
    return {variables[name]: str(value) for name, value in given.items() if name in variables and value is not None}


def _psql_on_path() -> str:
    found = shutil.which("psql")
    if found is not None:
        return found
    try:
        return str(binary("psql"))
    except ConfigurationError as error:
        raise ConfigurationError(
            "There is no psql: install PostgreSQL's client (Debian: postgresql-client) or `leasehold[embedded]`."
        ) from error


def _user() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())
