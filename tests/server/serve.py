"""What the tests start: the application under uvicorn, on a listening socket that is handed down."""

import socket
import sys

from uvicorn import Config

from leasehold.server.protocol import BoundedProtocol
from leasehold.server.worker_process import PatientServer


def main() -> None:
    config = Config(
        "leasehold.server.app:create_app",
        factory=True,
        loop="uvloop",
        http=BoundedProtocol,
        ws="none",
        lifespan="on",
        access_log=False,
        proxy_headers=False,
        server_header=False,
    )
    PatientServer(config).run([socket.socket(fileno=int(sys.argv[1]))])


if __name__ == "__main__":
    main()
