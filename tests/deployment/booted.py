"""A real systemd, started as the first process of namespaces of its own, on a layer above this machine's root."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.deployment.image import HIDDEN
from tests.embedded.installation import wait_until

_UNSHARE = ("unshare", "--mount", "--pid", "--cgroup", "--uts", "--fork")
_UP = {"running", "degraded"}  # nothing of the machine's own need work for us
_BOOT = """
set -e
mount --make-rprivate /
mount -t tmpfs layer "$1"; mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"
root="$1/root"
for directory in $3; do
    while [ "$directory" != / ]; do chmod o+x "$root$directory"; directory=$(dirname "$directory"); done
done
mount -t proc proc "$root/proc"
mount --bind "$root/proc/sys" "$root/proc/sys"; mount -o remount,bind,ro "$root/proc/sys"
mount --rbind /sys "$root/sys"; mount --rbind /dev "$root/dev"
mount -t tmpfs run "$root/run"; mount -t tmpfs temporary "$root/tmp"
rm -rf "$root"/etc/systemd/system/*
cp "$2"/* "$root/etc/systemd/system/"
ln -s /lib/systemd/system/multi-user.target "$root/etc/systemd/system/default.target"
for name in nginx postgresql systemd-journald systemd-logind systemd-sysctl systemd-udevd; do
    ln -s /dev/null "$root/etc/systemd/system/$name.service"
done
chroot "$root" useradd --system --home-dir /var/lib/leasehold --shell /usr/sbin/nologin leasehold
exec env -i container=chroot PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot "$root" /lib/systemd/systemd --system
"""


@dataclass(frozen=True)
class Machine:
    """The namespaces, by the first process in them."""

    first: int
    layer: Path

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """A command on that machine."""
        inside = ["nsenter", f"--target={self.first}", "--mount", "--pid", "chroot", str(self.layer / "root")]
        return subprocess.run([*inside, *command], capture_output=True, check=False, text=True, timeout=120)


@contextmanager
def booted(layer: Path, units: Path) -> Iterator[Machine]:
    """A machine with the units in that directory, up; gone at the end with all that runs on it."""
    closed = f"{Path(sys.prefix).resolve()} {Path(sys.executable).resolve().parent}"
    process = subprocess.Popen(
        [*_UNSHARE, "--kill-child", "sh", "-c", _BOOT, "-", str(layer), str(units), closed],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    try:
        wait_until(children.read_text, "the first process of the machine is there")
        machine = Machine(int(children.read_text().split()[0]), layer)
        wait_until(lambda: machine.run("systemctl", "is-system-running").stdout.strip() in _UP, "systemd is up")
        yield machine
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


def can_boot() -> str | None:
    """Why no machine can be booted here; None where one can."""
    if os.geteuid() != 0:
        return "only root can make namespaces for a machine of its own"
    if HIDDEN is not None:
        return HIDDEN
    tried = subprocess.run(
        ["unshare", "--mount", "--pid", "--cgroup", "--uts", "--fork", "true"],
        capture_output=True,
        check=False,
        text=True,
    )
    return tried.stderr.strip() or None
