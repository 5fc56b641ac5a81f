"""`leasehold up`: PostgreSQL, license server, panel and worker on one machine, as children of one process.

1. Take the data directory, check it, and check both ports, before anything is started or changed.
2. Start the programs, which wait for their database by themselves, then PostgreSQL; bring the schema up to date.
3. When all of them answer, say where, and give the first person and the first program a way in.
4. Look after them until a signal comes; then stop them in order, PostgreSQL last. After SIGUSR1 everything is started
   again, as the release that is to run from now on.

Every child ends with this process, however that ends: the kernel sees to it.
"""

import os
import signal
import subprocess
import time
from collections.abc import Callable

import psycopg

from leasehold.embedded import terminal
from leasehold.embedded.cluster import Cluster
from leasehold.embedded.first_access import NOTHING_MISSING, missing_access
from leasehold.embedded.layout import check_layout, mark_layout
from leasehold.embedded.log_files import log_path, open_log
from leasehold.embedded.program import Program, leasehold_command
from leasehold.embedded.readiness import answers_well
from leasehold.embedded.running import DataDirLock, lock_data_dir
from leasehold.embedded.starting_again import RESTART, start_again
from leasehold.kit.configuration import Configuration
from leasehold.kit.database import Role, database_for
from leasehold.kit.errors import ConfigurationError
from leasehold.kit.listeners import http_address, listen_on_port
from leasehold.kit.maintenance import under_maintenance
from leasehold.kit.panel_address import check_panel_is_safe, panel_address
from leasehold.kit.run_dir import make_run_dir
from leasehold.kit.secrets_file import read_or_create_secrets
from leasehold.kit.service_manager import ServiceManager
from leasehold.kit.stop_request import StopRequest
from leasehold.migrations.state import schema_state
from leasehold.settings.panel_url import check_panel_may_listen, read_configuration

_READY_SECONDS = 60.0
_STOP_SECONDS = 15.0
_POLL_SECONDS = 0.05
_LOOK_SECONDS = 0.25
_PORT_PATIENCE_SECONDS = 1.0
_POSTGRES_PAUSE_SECONDS = 10.0
_SWEPT = "SELECT FROM schedules WHERE name = 'sweep' AND finished_at IS NOT NULL"


class _StopRequestedError(Exception):
    """Somebody pressed Ctrl-C or sent SIGTERM. Raised by the pauses only, never in the midst of something."""


def up(configuration: Configuration) -> None:
    """Run everything until SIGINT, SIGTERM or SIGHUP; `RESTART` begins anew with the release that is to run.

    Raises `ConfigurationError` where it cannot start; nothing is left running then.
    """
    started_at = time.monotonic()
    if configuration.embedded and not Cluster(configuration.data_dir).exists:
        check_panel_is_safe(configuration)  # a new installation has no setting that could say more
    lock = _take_data_dir(configuration)
    stop, again = StopRequest(), StopRequest()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup has said so
            signal.signal(number, lambda _number, _frame: stop.ask())
    signal.signal(RESTART, lambda _number, _frame: _begin_anew(again, stop))
    supervisor = Supervisor(configuration, lock, stop)
    try:
        supervisor.start()
        supervisor.greet(time.monotonic() - started_at)
        supervisor.look_after()
    except _StopRequestedError:
        terminal.say("Starting again." if again.is_asked else "Stopping.")
    finally:
        supervisor.stop()
        lock.release()
    if again.is_asked:
        start_again(configuration)


class Supervisor:
    """The children of one `leasehold up`."""

    def __init__(self, configuration: Configuration, lock: DataDirLock, stop: StopRequest) -> None:
        self._stop = stop
        self._configuration = configuration
        self._data_dir = configuration.data_dir
        self._server = http_address(configuration.host, configuration.server_port)
        self._panel = http_address(configuration.host, configuration.panel_port)
        self._lock = lock
        self._cluster = Cluster(configuration.data_dir, pause=self._pause) if configuration.embedded else None
        self._postgres: subprocess.Popen[bytes] | None = None
        self._postgres_again_at = 0.0
        self._manager = ServiceManager()
        self._maintained = False
        environment = configuration.as_environment()
        self._programs = [
            Program(verb, title, configuration.data_dir, environment)
            for verb, title in (("server", "License server"), ("panel", "Admin panel"), ("worker", "Worker"))
        ]

    def start(self) -> None:
        """Start everything; return once all of it works. Raises `ConfigurationError`."""
        if self._cluster is not None:
            self._cluster.check()
            if not self._cluster.exists:
                terminal.say(f"Setting up a new installation in {self._data_dir}.")
        self._check_ports()
        read_or_create_secrets(self._data_dir)
        make_run_dir(self._data_dir)
        for program in self._programs:
            program.start()
        self._start_postgres()
        self._lock.announce(self._server, self._panel)
        self._wait_for("The interrupted restore", lambda: not under_maintenance(self._data_dir))  # the worker ends it
        self._migrate()
        check_panel_may_listen(self._configuration, database_for(self._configuration, Role.OWNER))
        self._wait_for("License server", lambda: answers_well(self._server, "/health/ready"))
        self._wait_for("Admin panel", lambda: answers_well(self._panel, "/"))
        self._wait_for("Worker", self._worker_has_swept)
        self._manager.ready()

    def greet(self, seconds: float) -> None:
        """Say where everything is, and show the first secrets where only a person sees them."""
        terminal.say_ready(server=self._server, panel=self._panel, data_dir=self._data_dir, seconds=seconds)
        database = database_for(self._configuration, Role.OWNER)
        missing = missing_access(database)
        if not terminal.may_show_secrets():
            terminal.say_how_to_get_in(missing)
            return
        if missing != NOTHING_MISSING:
            # With it comes the ORM, which no other start loads.
            from leasehold.embedded.giving_access import give_first_access  # noqa: PLC0415

            with database.connect(application="up") as connection:
                address = panel_address(read_configuration(self._configuration, connection))
            terminal.say_access(give_first_access(database, missing), address)
        terminal.say("\nCtrl-C stops Leasehold.")

    def look_after(self) -> None:
        """Start again what dies, and pass warnings on, until a signal ends it."""
        while True:
            self._look_after_postgres()
            self._look_after_programs()
            self._manager.alive()
            self._pause(_LOOK_SECONDS)

    def stop(self) -> None:
        """Stop the license server, the panel, the worker, and PostgreSQL when nobody needs it any more."""
        self._manager.stopping()
        for program in self._programs:
            program.ask_to_stop()
        for program in self._programs:
            program.wait_until_stopped(_STOP_SECONDS)
        if self._cluster is not None:
            self._cluster.stop()

    def _check_ports(self) -> None:
        for port, option in (
            (self._configuration.server_port, "--server-port"),
            (self._configuration.panel_port, "--panel-port"),
        ):
            _check_port(self._configuration.host, port, option)

    def _start_postgres(self) -> None:
        if self._cluster is None:
            return
        descriptor = open_log(self._data_dir, "postgresql")
        try:
            self._postgres = self._cluster.start(descriptor)
        finally:
            os.close(descriptor)

    def _look_after_programs(self) -> None:
        """What they say about a database that a restore is swapping is no news."""
        was, self._maintained = self._maintained, under_maintenance(self._data_dir)
        for program in self._programs:
            for sentence in program.look_after():
                if not (was or self._maintained):
                    terminal.warn(sentence)

    def _look_after_postgres(self) -> None:
        if self._postgres is None or self._postgres.poll() is None:
            return
        if time.monotonic() < self._postgres_again_at:
            return
        terminal.warn(
            f"PostgreSQL ended (status {self._postgres.returncode}); it is started again "
            f"(log: {log_path(self._data_dir, 'postgresql')})."
        )
        try:
            self._start_postgres()
        except ConfigurationError as error:  # a full disk, for instance: go on as soon as there is room again
            terminal.warn(f"{error} It is tried again in {_POSTGRES_PAUSE_SECONDS:.0f} s.")
            self._postgres_again_at = time.monotonic() + _POSTGRES_PAUSE_SECONDS

    def _migrate(self) -> None:
        """In a process of its own: only a new schema needs Alembic, every start would pay for loading it."""
        database = database_for(self._configuration, Role.OWNER)
        try:
            state = schema_state(database)
        except psycopg.OperationalError as error:
            reason = str(error).strip().splitlines()[-1]
            raise ConfigurationError(
                f"The database cannot be reached ({reason}): check LEASEHOLD_DATABASE_URL."
            ) from error
        if state.current >= state.wanted:
            if state.problem:
                raise ConfigurationError(state.problem)
            return
        environment = {**os.environ, **self._configuration.as_environment()}
        migration = subprocess.run(
            leasehold_command("migrate"), env=environment, capture_output=True, check=False, text=True
        )
        if migration.returncode != 0:
            last_line = migration.stderr.strip().rpartition("\n")[2]
            raise ConfigurationError(f"The schema could not be brought up to date: {last_line}")

    def _worker_has_swept(self) -> bool:
        with database_for(self._configuration, Role.OWNER).connect(application="up") as connection:
            return connection.execute(_SWEPT).fetchone() is not None

    def _wait_for(self, title: str, is_ready: Callable[[], bool]) -> None:
        deadline = time.monotonic() + _READY_SECONDS
        while not is_ready():
            self._look_after_programs()
            if time.monotonic() > deadline:
                logs = self._data_dir / "logs"
                raise ConfigurationError(
                    f"{title} did not get ready within {_READY_SECONDS:.0f} s: see the logs in {logs}."
                )
            self._pause(_POLL_SECONDS)

    def _pause(self, seconds: float) -> None:
        if self._stop.wait(seconds):
            raise _StopRequestedError


def _begin_anew(again: StopRequest, stop: StopRequest) -> None:
    again.ask()
    stop.ask()


def _take_data_dir(configuration: Configuration) -> DataDirLock:
    data_dir = configuration.data_dir
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        check_layout(data_dir)
        lock = lock_data_dir(data_dir)
        mark_layout(data_dir)
    except OSError as error:
        raise ConfigurationError(
            f"{data_dir} cannot be used as the data directory ({error.strerror}): choose another with --data-dir."
        ) from error
    return lock


def _check_port(host: str, port: int, option: str) -> None:
    """What a killed supervisor left may need a moment to end, so look twice before refusing."""
    deadline = time.monotonic() + _PORT_PATIENCE_SECONDS
    while True:
        try:
            listen_on_port(host, port, option=option).close()
        except ConfigurationError:
            if time.monotonic() > deadline:
                raise
            time.sleep(_POLL_SECONDS)
        else:
            return
