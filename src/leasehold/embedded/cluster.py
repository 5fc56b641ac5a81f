"""The embedded PostgreSQL: made once, run as a foreground child, reached through a unix socket only."""

import signal
import subprocess
import time
from pathlib import Path
from typing import IO

import psycopg
from psycopg import sql

from leasehold.embedded.binaries import binary
from leasehold.embedded.unprivileged import Identity, child_setup, identity_for
from leasehold.kit.database import DATABASE_NAME, Role
from leasehold.kit.errors import ConfigurationError
from leasehold.kit.run_dir import run_dir
from leasehold.kit.secrets_file import read_or_create_secrets

SUPERUSER = "postgres"
_START_SECONDS = 60
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0777",  # passwords decide, the socket's directory is reachable by all our processes
    "password_encryption": "scram-sha-256",
    "shared_buffers": "256MB",
    "max_connections": "200",
    "max_wal_size": "2GB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %a ",
}


class Cluster:
    """A PostgreSQL cluster in `data_dir`/postgresql."""

    def __init__(self, data_dir: Path, *, settings: dict[str, str] | None = None) -> None:
        self.data_dir = data_dir
        self.directory = data_dir / "postgresql"
        self.socket_dir = run_dir(data_dir)
        self._settings = _SETTINGS | (settings or {})
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def superuser_conninfo(self) -> str:
        """How the superuser connects; for the supervisor and for tests only."""
        password = read_or_create_secrets(self.data_dir)["superuser_password"]
        return f"host={self.socket_dir} user={SUPERUSER} password={password} dbname=postgres connect_timeout=2"

    def start(self, log: IO[bytes] | int | None = None) -> subprocess.Popen[bytes]:
        """Make the cluster where there is none, start it, return its process once it accepts connections."""
        identity = self._prepare()
        if not (self.directory / "PG_VERSION").exists():
            self._initialise(identity)
        command = [str(binary("postgres")), "-D", str(self.directory), "-k", str(self.socket_dir)]
        for name, value in self._settings.items():
            command += ["-c", f"{name}={value}"]
        self._process = subprocess.Popen(
            command,
            preexec_fn=child_setup(identity, signal.SIGINT),
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
        )
        self._wait_until_ready(self._process)
        self._ensure_database()
        return self._process

    def stop(self) -> None:
        """End all connections and stop, cleanly; wait until it has."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait()

    def _prepare(self) -> Identity:
        self.data_dir.mkdir(parents=True, exist_ok=True)
        identity = identity_for([self.directory, self.socket_dir, binary("postgres")])
        self.directory.mkdir(mode=0o700, exist_ok=True)
        identity.own(self.directory)
        self.socket_dir.mkdir(mode=0o755, exist_ok=True)
        identity.own(self.socket_dir)
        return identity

    def _initialise(self, identity: Identity) -> None:
        password_file = self.socket_dir / "initdb-password"
        password_file.touch(mode=0o600)
        password_file.write_text(read_or_create_secrets(self.data_dir)["superuser_password"])
        identity.own(password_file)
        command = [
            str(binary("initdb")), "-D", str(self.directory), "-U", SUPERUSER, f"--pwfile={password_file}",
            "--auth=scram-sha-256", "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
            "--data-checksums",
        ]  # fmt: skip
        setup = child_setup(identity, signal.SIGKILL)
        done = subprocess.run(command, capture_output=True, check=False, preexec_fn=setup)
        password_file.unlink()
        if done.returncode != 0:
            reason = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
            raise ConfigurationError(f"PostgreSQL could not be set up in {self.directory}: {' '.join(reason)}")

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise ConfigurationError(f"PostgreSQL did not start (exit status {process.returncode}); see its log.")
            try:
                psycopg.connect(self.superuser_conninfo).close()
            except psycopg.OperationalError:
                time.sleep(0.02)
            else:
                return
        raise ConfigurationError(f"PostgreSQL did not accept connections within {_START_SECONDS} s; see its log.")

    def _ensure_database(self) -> None:
        """The owner, the programs' logins and the database; passwords follow the secrets file at every start."""
        secrets = read_or_create_secrets(self.data_dir)
        with psycopg.connect(self.superuser_conninfo, autocommit=True) as connection:
            known = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles")}
            for role in Role:
                verb = "ALTER" if role.value in known else "CREATE"
                connection.execute(
                    sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(
                        sql.SQL(verb),
                        sql.Identifier(role.value),
                        sql.Literal(secrets[f"{role.name.lower()}_password"]),
                    )
                )
            for role in set(Role) - {Role.OWNER}:
                connection.execute(
                    sql.SQL("GRANT {} TO {}").format(sql.Identifier(role.value), sql.Identifier(Role.OWNER.value))
                )
            present = connection.execute("SELECT FROM pg_database WHERE datname = %s", (DATABASE_NAME,)).fetchone()
            if present is None:
                connection.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {}").format(
                        sql.Identifier(DATABASE_NAME), sql.Identifier(Role.OWNER.value)
                    )
                )
