"""Where the license server of this installation answers."""

from leasehold.kit.listeners import http_address
from leasehold.panel.context import installation


def server_address() -> str:
    """The address to open on this machine, without a path."""
    configuration = installation().configuration
    return http_address(configuration.host, configuration.server_port)
