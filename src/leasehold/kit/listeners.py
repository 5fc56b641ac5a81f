"""Sockets that our programs listen on, bound before anything else starts, so that a mistake is said at once."""

import errno
import socket
from pathlib import Path

from leasehold.kit.errors import ConfigurationError

BACKLOG = 2048
_WILDCARDS = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104  # only read, never bound


def listen_on_port(host: str, port: int, *, option: str) -> socket.socket:
    """A TCP socket on `host`:`port`, bound and listening.

    `option` names the command line's option for the port. Raises `ConfigurationError` with what to do where the
    port is in use, not allowed, or the address is not this machine's.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        return socket.create_server((str(address[0]), port), family=family, backlog=BACKLOG)
    except socket.gaierror as error:
        raise ConfigurationError(f"{host} is no address of this machine: choose another with --host.") from error
    except OSError as error:
        raise ConfigurationError(_why_not(error, host, port, option)) from error


def listen_on_path(path: Path) -> socket.socket:
    """A unix socket at `path`, bound and listening; what an earlier process left there is replaced.

    Everybody may connect (0666), as everybody on this machine may connect to the TCP port: the proxy's user is
    not known here. Who must not reach it is kept out by the mode of the data directory.
    """
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listener.bind(str(path))
        path.chmod(0o666)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise ConfigurationError(f"There can be no socket at {path} ({error.strerror}): check who owns it.") from error
    return listener


def http_address(host: str, port: int) -> str:
    """The address to type into a browser on this machine, without a path."""
    if host in _WILDCARDS:
        return f"http://{_WILDCARDS[host]}:{port}"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _why_not(error: OSError, host: str, port: int, option: str) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} on {host} is in use by another program: stop that one, or choose another with {option}."
    if error.errno == errno.EACCES:
        return f"Port {port} is reserved for the system: choose one above 1023 with {option}."
    if error.errno == errno.EADDRNOTAVAIL:
        return f"{host} is no address of this machine: choose another with --host."
    return f"Nothing can listen on {host}, port {port} ({error.strerror}): choose another with {option}."
