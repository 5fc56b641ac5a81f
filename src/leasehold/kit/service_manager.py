"""What systemd wants to hear of a service of Type=notify (sd_notify(3)); where it did not start us, nothing is said."""

import contextlib
import os
import socket


class ServiceManager:
    """Takes the way to systemd out of the environment: it is this process's, not its children's."""

    def __init__(self) -> None:
        self._address = os.environ.pop("NOTIFY_SOCKET", "").replace("@", "\0", 1)

    def ready(self) -> None:
        """Everything works."""
        self._say("READY=1")

    def reloading(self) -> None:
        """Parts are being replaced; `ready` says when that is done."""
        self._say("RELOADING=1")

    def alive(self) -> None:
        """The watchdog need not bite. To be said several times within WatchdogSec: it waits for nobody to listen."""
        self._say("WATCHDOG=1", socket.MSG_DONTWAIT)

    def stopping(self) -> None:
        """What was begun is being finished, whether somebody listens or not."""
        self._say("STOPPING=1", socket.MSG_DONTWAIT)

    def _say(self, what: str, how: int = 0) -> None:
        if not self._address:
            return
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as connection:
            connection.sendto(what.encode(), how, self._address)
