"""What the tests start: the application under uvicorn, on a listening socket that is handed down."""

import socket
import sys

from uvicorn import Config, Server


def main() -> None:
    config = Config(
        "leasehold.server.app:create_app",
        factory=True,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="on",
        access_log=False,
        proxy_headers=False,
        server_header=False,
    )
    Server(config).run([socket.socket(fileno=int(sys.argv[1]))])


if __name__ == "__main__":
    main()
