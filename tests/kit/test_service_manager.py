"""What a service tells systemd, over a real socket."""

import socket
import threading
from pathlib import Path

import pytest

from leasehold.kit.service_manager import ServiceManager

MORE_THAN_WAIT = 100


def test_a_listener_that_does_not_keep_up_holds_nobody_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        manager = ServiceManager()
        manager.ready()

        def live_and_stop() -> None:
            for _ in range(MORE_THAN_WAIT):
                manager.alive()
            manager.stopping()

        life = threading.Thread(target=live_and_stop, daemon=True)
        life.start()
        life.join(30)
        assert not life.is_alive()
        assert [listener.recv(100) for _ in range(2)] == [b"READY=1", b"WATCHDOG=1"]
