"""`leasehold systemd …`."""

from pathlib import Path
from typing import Annotated

import typer

from leasehold.cli.call import Call
from leasehold.cli.verb import new_group, verb
from leasehold.deployment.systemd import (
    ENVIRONMENT_FILE,
    UNIT_DIRECTORY,
    USER,
    Host,
    install_units,
    render_units,
)

app = new_group()
UserOption = Annotated[str, typer.Option("--user", help="The system user that Leasehold runs as.")]
DirectoryOption = Annotated[Path, typer.Option("--directory", help="Where systemd finds units.", file_okay=False)]
EnvironmentOption = Annotated[
    Path, typer.Option("--environment-file", help="Where the services find their configuration.", dir_okay=False)
]


@verb(app, "render")
def render(call: Call, user: UserOption = USER, environment_file: EnvironmentOption = ENVIRONMENT_FILE) -> None:
    """Print the units, and change nothing."""
    units = render_units(call.configuration, Host(user, call.configuration.data_dir, environment_file))
    if call.common.as_json:
        call.show(units)
        return
    for name, text in units.items():
        typer.echo(f"# {name}\n{text}")


@verb(app, "install")
def install(
    call: Call,
    user: UserOption = USER,
    directory: DirectoryOption = UNIT_DIRECTORY,
    environment_file: EnvironmentOption = ENVIRONMENT_FILE,
) -> None:
    """Write the units, and the configuration in force as their environment where there is none yet."""
    host = Host(user, call.configuration.data_dir, environment_file.absolute())
    written = install_units(call.configuration, host, directory)
    unit = "leasehold.service" if call.configuration.embedded else "leasehold.target"
    call.show({"written": [str(path) for path in written], "next": f"systemctl enable --now {unit}"})
