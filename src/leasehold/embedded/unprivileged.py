"""Run a child as nobody's administrator: PostgreSQL refuses to run as root.

Where a parent of the program or of its data is closed to others (/root, a temporary directory), the child keeps
one capability, to search directories; no parent is opened for it.
"""

import ctypes
import os
import pwd
import signal
import stat
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

_CANDIDATES = ("leasehold", "postgres", "nobody")

_PR_SET_PDEATHSIG = 1
_PR_SET_SECUREBITS = 28
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_RAISE = 2
_SECBIT_NO_SETUID_FIXUP = 1 << 2
_CAPABILITY_VERSION_3 = 0x20080522
_CAP_DAC_OVERRIDE = 1
_CAP_DAC_READ_SEARCH = 2

_libc = ctypes.CDLL(None, use_errno=True)


class _CapabilityHeader(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _CapabilitySets(ctypes.Structure):
    _fields_ = (
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    )


@dataclass(frozen=True)
class Identity:
    """The user that a child runs as, and whether it must be let through closed directories."""

    uid: int
    gid: int
    through_closed_directories: bool

    def own(self, path: Path) -> None:
        """Give `path` to this user (a no-op where it is ours anyway)."""
        if os.geteuid() == 0:
            os.chown(path, self.uid, self.gid)


def ourselves() -> Identity:
    """Who this process is."""
    return Identity(os.geteuid(), os.getegid(), through_closed_directories=False)


def identity_for(paths: Iterable[Path]) -> Identity:
    """Who a child should be that must reach all of `paths`: ourselves, or for root an ordinary user."""
    if os.geteuid() != 0:
        return ourselves()
    user = _ordinary_user()
    closed = any(not _open_to_others(parent) for path in paths for parent in path.resolve().parents)
    return Identity(user.pw_uid, user.pw_gid, through_closed_directories=closed)


def child_setup(identity: Identity, death_signal: signal.Signals, *, niceness: int = 0) -> Callable[[], None]:
    """What to run in the child between fork and exec: take on `identity`, die with the parent.

    With a `niceness` it stands back behind the others, for the processor and (Linux derives one from the other) the
    disk.
    """
    parent = os.getpid()

    def setup() -> None:
        os.setpgid(0, 0)  # a Ctrl-C in the terminal is for the supervisor, which stops its children in order
        os.nice(niceness)
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a file that may not grow is told as a full disk is
        if os.geteuid() == 0:
            _take_on(identity)
        die_with_parent(death_signal, parent)

    return setup


def die_with_parent(death_signal: signal.Signals, parent: int) -> None:
    """From now on this process gets `death_signal` when its parent `parent` dies, however that happens."""
    _checked(_libc.prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0))
    if os.getppid() != parent:  # it died before we asked
        os.kill(os.getpid(), death_signal)


def _ordinary_user() -> pwd.struct_passwd:
    for name in _CANDIDATES:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    return pwd.struct_passwd(("nobody", "x", 65534, 65534, "", "/", "/bin/false"))


def _open_to_others(directory: Path) -> bool:
    return bool(directory.stat().st_mode & stat.S_IXOTH)


def _take_on(identity: Identity) -> None:
    if identity.through_closed_directories:
        _checked(_libc.prctl(_PR_SET_SECUREBITS, _SECBIT_NO_SETUID_FIXUP, 0, 0, 0))
    os.setgroups([])
    os.setresgid(identity.gid, identity.gid, identity.gid)
    os.setresuid(identity.uid, identity.uid, identity.uid)
    if identity.through_closed_directories:
        _keep_one_of(_CAP_DAC_READ_SEARCH, _CAP_DAC_OVERRIDE)


def _keep_one_of(*capabilities: int) -> None:
    """Keep the first of `capabilities` that we may keep, give up all others, and pass it on to what we exec."""
    header = _CapabilityHeader(_CAPABILITY_VERSION_3, 0)
    for capability in capabilities:
        bit = 1 << capability
        sets = (_CapabilitySets * 2)(_CapabilitySets(bit, bit, bit), _CapabilitySets(0, 0, 0))
        if _libc.capset(ctypes.byref(header), sets) == 0:
            _checked(_libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, capability, 0, 0))
            return
    raise PermissionError("this process may not search closed directories; choose a data directory in an open place")


def _checked(result: int) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
