"""A real `leasehold up` in a directory of its own, looked at from the outside."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from urllib.request import urlopen

PATIENCE_SECONDS = 60.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(condition: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"waited {PATIENCE_SECONDS} s in vain until {what}"
        time.sleep(0.05)


def leasehold(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a verb to its end."""
    return subprocess.run(
        [sys.executable, "-m", "leasehold", *arguments],
        env={**clean_environment(), **environment},
        capture_output=True,
        check=False,
        text=True,
        timeout=PATIENCE_SECONDS,
    )


def clean_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("LEASEHOLD_")}


def processes_of(data_dir: Path) -> list[int]:
    """Every living process that works on `data_dir`, by its arguments, environment or working directory."""
    wanted = os.fsencode(data_dir)
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit() and _works_on(entry, wanted)]


def _works_on(entry: Path, wanted: bytes) -> bool:
    try:
        if entry.joinpath("stat").read_bytes().rpartition(b")")[2].split()[0] == b"Z":
            return False
        traces = entry.joinpath("cmdline").read_bytes(), entry.joinpath("environ").read_bytes()
        return wanted in b"\0".join(traces) or os.fsencode(entry.joinpath("cwd").readlink()).startswith(wanted)
    except OSError:
        return False


def _hear_of_ctrl_c() -> None:
    """Shells let what they start in the background ignore it, and the tests may have been started there."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Installation:
    """`leasehold up` on `data_dir`; `as_user` puts a command in front that gives up root."""

    def __init__(
        self, data_dir: Path, *, as_user: Sequence[str] = (), environment: Mapping[str, str] | None = None
    ) -> None:
        self.data_dir = data_dir
        self.server_port = free_port()
        self.panel_port = free_port()
        self.output = data_dir.with_name(f"{data_dir.name}.out")
        self._as_user = as_user
        self.environment = environment or {}
        self.program = [sys.executable, "-P", "-m", "leasehold"]
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def arguments(self) -> list[str]:
        ports = [f"--server-port={self.server_port}", f"--panel-port={self.panel_port}"]
        return ["up", f"--data-dir={self.data_dir}", *ports]

    @property
    def said(self) -> str:
        return self.output.read_text(errors="replace")

    @property
    def running(self) -> subprocess.Popen[bytes]:
        assert self.process is not None
        return self.process

    def spawn(self, stdout: int | None = None) -> None:
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [*self._as_user, *self.program, *self.arguments],
                env={**clean_environment(), **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=output if stdout is None else stdout,
                stderr=output,
                preexec_fn=_hear_of_ctrl_c,
            )

    def start(self) -> None:
        self.spawn()
        wait_until(lambda: "is ready" in self.said or self.running.poll() is not None, "Leasehold is ready")
        assert self.running.poll() is None, self.said

    def stop(self) -> int:
        self.running.send_signal(signal.SIGTERM)
        return self.running.wait(PATIENCE_SECONDS)

    def kill(self) -> None:
        """The end that no program can prepare for."""
        self.running.kill()
        self.running.wait()

    def get(self, port: int, path: str) -> bytes:
        with urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return bytes(answer.read())

    def answers(self, port: int, path: str) -> bool:
        try:
            self.get(port, path)
        except OSError:
            return False
        return True

    def child(self, verb: str) -> int:
        """The process id of one of the programs under the supervisor."""
        children = Path(f"/proc/{self.running.pid}/task/{self.running.pid}/children").read_text().split()
        (found,) = [int(pid) for pid in children if verb.encode() in _arguments(pid)]
        return found

    def logs(self) -> str:
        return "\n".join(path.read_text(errors="replace") for path in self.data_dir.joinpath("logs").iterdir())


def _arguments(pid: str) -> list[bytes]:
    arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    return [argument.rpartition(b"/")[2] for argument in arguments]
