"""The embedded PostgreSQL: made once, run as a foreground child, reached through a unix socket only."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

import psycopg

from leasehold.embedded.binaries import embedded_programs, major, version_of
from leasehold.embedded.cluster_settings import OF_ALL, OF_THROWAWAYS, THROWAWAY_NICENESS
from leasehold.embedded.layout import CLUSTER, check_free_space, check_postgresql_version, check_upgrade_is_over
from leasehold.embedded.leftovers import wait_for_earlier
from leasehold.embedded.roles import ensure_roles_and_database
from leasehold.embedded.unprivileged import Identity, child_setup, identity_for
from leasehold.kit.errors import ConfigurationError
from leasehold.kit.run_dir import make_run_dir, run_dir
from leasehold.kit.secrets_file import read_or_create_secrets

SUPERUSER = "postgres"
_START_SECONDS = 60
_EARLIER_SECONDS = 60
_CRASHED_SECONDS = 15
_STOP_SECONDS = 60
_POLL_SECONDS = 0.02


class Cluster:
    """A PostgreSQL cluster in `data_dir`/postgresql.

    `programs` is the directory of PostgreSQL's programs, where it is not the wheel's. A `throwaway` one is quick and
    stands back behind other processes; what it holds does not outlive a crash. `pause` is called with seconds
    wherever there is something to wait for; what it raises ends the wait.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        settings: dict[str, str] | None = None,
        programs: Path | None = None,
        throwaway: bool = False,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self.data_dir = data_dir
        self.directory = data_dir / CLUSTER
        self.socket_dir = run_dir(data_dir)
        self._given_programs = programs
        self._throwaway = throwaway
        self._niceness = THROWAWAY_NICENESS if throwaway else 0
        self._settings = OF_ALL | (OF_THROWAWAYS if throwaway else {}) | (settings or {})
        self._pause = pause
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def superuser_conninfo(self) -> str:
        """How the superuser connects; for the supervisor and for tests only."""
        password = read_or_create_secrets(self.data_dir)["superuser_password"]
        return f"host={self.socket_dir} user={SUPERUSER} password={password} dbname=postgres connect_timeout=2"

    @property
    def exists(self) -> bool:
        """Whether it was made already."""
        return (self.directory / "PG_VERSION").exists()

    def check(self) -> None:
        """Raise `ConfigurationError` where it could not be started, before anything is touched."""
        check_upgrade_is_over(self.data_dir)
        check_postgresql_version(self.directory, self._programs)
        if self.data_dir.exists():
            check_free_space(self.data_dir)

    def start(self, log: IO[bytes] | int | None = None) -> subprocess.Popen[bytes]:
        """Make the cluster where there is none, start it, return its process once it accepts connections.

        One that an earlier supervisor left behind may take up to a minute to end. Raises `ConfigurationError`.
        """
        self.check()
        identity = self._prepare()
        if not self.exists:
            self._initialise(identity)
        process = self._start_and_wait(identity, log)
        ensure_roles_and_database(self.superuser_conninfo, read_or_create_secrets(self.data_dir))
        return process

    def stop(self) -> None:
        """End all connections and stop, cleanly; wait until it has. One that cannot is stopped without a checkpoint.

        So is a throwaway one, at once.
        """
        if self._process is None or self._process.poll() is not None:
            return
        ways = [(signal.SIGINT, _STOP_SECONDS), (signal.SIGQUIT, 10), (signal.SIGKILL, None)]
        for how, seconds in ways[1:] if self._throwaway else ways:
            self._process.send_signal(how)
            try:
                self._process.wait(seconds)
            except subprocess.TimeoutExpired:
                continue
            return

    @property
    def _programs(self) -> Path:
        return self._given_programs or embedded_programs()

    def _prepare(self) -> Identity:
        self.data_dir.mkdir(parents=True, exist_ok=True)
        identity = identity_for([self.directory, self.socket_dir, self._programs / "postgres"])
        make_run_dir(self.data_dir)
        if os.geteuid() == 0:
            # PostgreSQL makes its socket here, and can take nobody else's away.
            os.chown(self.socket_dir, -1, identity.gid)
            self.socket_dir.chmod(0o1775)
        return identity

    def _initialise(self, identity: Identity) -> None:
        """Made aside and moved into place whole: what was interrupted is made anew, never taken for a cluster."""
        draft = self.directory.with_suffix(".new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        identity.own(draft)
        try:
            self._initdb(draft, identity)
            draft.rename(self.directory)
        except OSError as error:
            raise ConfigurationError(
                f"{self.directory} is there already and is no PostgreSQL cluster ({error.strerror}): move it away."
            ) from error
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    def _initdb(self, directory: Path, identity: Identity) -> None:
        password_file = directory.with_suffix(".password")
        password_file.touch(mode=0o600)
        password_file.write_text(read_or_create_secrets(self.data_dir)["superuser_password"])
        identity.own(password_file)
        command = [
            str(self._programs / "initdb"), "-D", str(directory), "-U", SUPERUSER, f"--pwfile={password_file}",
            "--auth=scram-sha-256", "--encoding=UTF8", *self._locale(),
            "--no-sync" if self._throwaway else "--data-checksums",
        ]  # fmt: skip
        setup = child_setup(identity, signal.SIGKILL, niceness=self._niceness)
        done = subprocess.run(command, capture_output=True, check=False, preexec_fn=setup, text=True)
        password_file.unlink()
        if done.returncode != 0:
            errors = [line for line in done.stderr.splitlines() if "error" in line.lower() or "FATAL" in line]
            reason = errors[0] if errors else done.stderr[-200:]
            raise ConfigurationError(f"PostgreSQL could not be set up in {self.directory}: {reason}")

    def _locale(self) -> tuple[str, ...]:
        if major(version_of(self._programs / "initdb")) < 17:
            return ("--locale=C.UTF-8",)
        return ("--locale-provider=builtin", "--builtin-locale=C.UTF-8")

    def _start_and_wait(self, identity: Identity, log: IO[bytes] | int | None) -> subprocess.Popen[bytes]:
        """After a crash, processes of the dead PostgreSQL may need a moment to end; PostgreSQL refuses until then."""
        crashed = wait_for_earlier(self.directory, self.socket_dir, seconds=_EARLIER_SECONDS, pause=self._pause)
        patience = time.monotonic() + (_CRASHED_SECONDS if crashed else 0)
        while True:
            process = self._process = self._spawn(identity, log)
            if self._accepts_connections(process):
                return process
            if time.monotonic() > patience:
                check_free_space(self.data_dir)
                raise ConfigurationError(
                    f"PostgreSQL did not start (exit status {process.returncode}): see its log, "
                    f"{self.data_dir / 'logs' / 'postgresql.log'}."
                )
            self._pause(_POLL_SECONDS)

    def _spawn(self, identity: Identity, log: IO[bytes] | int | None) -> subprocess.Popen[bytes]:
        command = [str(self._programs / "postgres"), "-D", str(self.directory), "-k", str(self.socket_dir)]
        for name, value in self._settings.items():
            command += ["-c", f"{name}={value}"]
        setup = child_setup(identity, signal.SIGINT, niceness=self._niceness)
        return subprocess.Popen(command, preexec_fn=setup, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def _accepts_connections(self, process: subprocess.Popen[bytes]) -> bool:
        """Wait until it does; False where it ended instead."""
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if process.poll() is not None:
                return False
            try:
                psycopg.connect(self.superuser_conninfo).close()
            except psycopg.OperationalError:
                self._pause(_POLL_SECONDS)
            else:
                return True
        raise ConfigurationError(f"PostgreSQL did not accept connections within {_START_SECONDS} s; see its log.")
