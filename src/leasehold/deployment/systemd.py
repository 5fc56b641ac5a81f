"""Leasehold as services of systemd: one for everything, or one for each program where the database is elsewhere."""

import pwd
import shutil
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from leasehold.deployment.environment import environment_file
from leasehold.deployment.installing import marked, not_written, replaced
from leasehold.deployment.templates import template
from leasehold.kit.configuration import Configuration
from leasehold.kit.errors import ConfigurationError
from leasehold.kit.releases import Releases, python_of

UNIT_DIRECTORY = Path("/etc/systemd/system")
ENVIRONMENT_FILE = Path("/etc/leasehold/environment")
USER = "leasehold"
_STATE = Path("/var/lib")
_HOMES = (Path("/home"), Path("/root"), Path("/run/user"))


@dataclass(frozen=True, slots=True)
class Host:
    """As whom the services run, and on what."""

    user: str
    data_dir: Path
    environment_file: Path

    @property
    def state_directory(self) -> str | None:
        """The name of the data directory where systemd can look after it by itself."""
        return self.data_dir.name if self.data_dir.parent == _STATE else None


@dataclass(frozen=True, slots=True)
class _Service:
    verb: str
    description: str
    watchdog_seconds: int = 60
    reload: str | None = None
    target: str | None = None

    @property
    def file_name(self) -> str:
        return f"leasehold-{self.verb}.service" if self.target else "leasehold.service"


_TARGET = "leasehold.target"
_KILL = "/bin/kill -HUP $MAINPID"
_EVERYTHING = _Service("up", "PostgreSQL, license server, admin panel and worker", reload="{command} reload")
_EACH = (
    _Service("server", "license server", reload=_KILL, target=_TARGET),
    _Service("panel", "admin panel", reload=_KILL, target=_TARGET),
    # It shows its life between two jobs, and some take their time.
    _Service("worker", "worker", watchdog_seconds=900, target=_TARGET),
)


def render_units(configuration: Configuration, host: Host) -> dict[str, str]:
    """Each unit's file name and text."""
    services = (_EVERYTHING,) if configuration.embedded else _EACH
    command = f"{_program(host)} -P -m leasehold"
    units = {
        service.file_name: template("service").render(unit=service, host=host, command=command) for service in services
    }
    if not configuration.embedded:
        units[_TARGET] = template("target").render(services=[service.file_name for service in services])
    return {name: marked(text + "\n", by="leasehold systemd install") for name, text in units.items()}


def install_units(configuration: Configuration, host: Host, directory: Path) -> list[Path]:
    """Put the units and, where there is none, the environment file into place, and have systemd read them.

    Gives what was written. Raises `ConfigurationError`, and leaves everything as it was, where the user is missing,
    the program or its data would be out of the services' reach, or a file is not ours.
    """
    _check_user(host.user)
    _check_program(_program(host))
    _check_data_dir(host)
    written = _write_environment(configuration, host.environment_file)
    with ExitStack() as files:
        for name, text in render_units(configuration, host).items():
            if files.enter_context(replaced(directory / name, text)):
                written.append(directory / name)
        _daemon_reload()
    return written


def _program(host: Host) -> Path:
    """The Python to run: of the release that is current, which upgrades replace, or else this one."""
    releases = Releases(host.data_dir)
    return Path(sys.executable) if releases.current_environment() is None else python_of(releases.current)


def _check_user(user: str) -> None:
    try:
        pwd.getpwnam(user)
    except KeyError as error:
        raise ConfigurationError(
            f"There is no user {user}, as whom Leasehold would run: `useradd --system --home-dir /var/lib/leasehold "
            f"--shell /usr/sbin/nologin {user}` makes one, or name another with --user."
        ) from error


def _check_program(program: Path) -> None:
    """The services see no home directories, and are not root."""
    for path in (program, program.resolve()):
        if any(path.is_relative_to(home) for home in _HOMES):
            raise ConfigurationError(
                f"Leasehold runs from {path}, and services see no home directories: install it elsewhere "
                "(`python3 -m venv /opt/leasehold`), then run this from there."
            )
        closed = [parent for parent in path.parents if not parent.stat().st_mode & 0o001]
        if closed:
            raise ConfigurationError(
                f"Only its owner gets into {closed[-1]}, where Leasehold is: run `chmod o+x {closed[-1]}`."
            )


def _check_data_dir(host: Host) -> None:
    if any(host.data_dir.is_relative_to(home) for home in _HOMES):
        raise ConfigurationError(
            f"The data is in {host.data_dir}, and services see no home directories: name another place with "
            "--data-dir /var/lib/leasehold, and move the data there while Leasehold is stopped."
        )
    if host.state_directory is None and not host.data_dir.is_dir():
        raise ConfigurationError(
            f"There is no {host.data_dir} yet: `install -d -o {host.user} -m 711 {host.data_dir}` makes it."
        )


def _write_environment(configuration: Configuration, path: Path) -> list[Path]:
    """The operator's own file: written once, and never again."""
    if path.exists():
        return []
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)  # it may hold the database's password
        path.write_text(environment_file(configuration), encoding="utf-8")
    except OSError as error:
        raise not_written(path, error) from error
    return [path]


def _daemon_reload() -> None:
    """Where systemd does not run (a container that is being built), it reads them when it starts."""
    if not Path("/run/systemd/system").is_dir() or shutil.which("systemctl") is None:
        return
    answer = subprocess.run(["systemctl", "daemon-reload"], capture_output=True, check=False, text=True)
    if answer.returncode != 0:
        raise ConfigurationError(f"systemd does not take the units: {answer.stderr.strip()}")
