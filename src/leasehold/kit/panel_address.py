"""Where people reach the panel, and whether what they type can be read on the way."""

from ipaddress import ip_address

from leasehold.kit.configuration import Configuration
from leasehold.kit.errors import ConfigurationError
from leasehold.kit.listeners import http_address


def panel_address(configuration: Configuration) -> str:
    """The address to type into a browser, without a path: of the proxy where there is one."""
    return configuration.panel_url or http_address(configuration.host, configuration.panel_port)


def is_secure(configuration: Configuration) -> bool:
    """Whether people reach the panel by TLS, so that its cookies may ask for it."""
    return panel_address(configuration).startswith("https://")


def check_panel_is_safe(configuration: Configuration) -> None:
    """Return where passwords stay on this machine or travel by TLS. Raises `ConfigurationError` where they do not."""
    if is_secure(configuration) or _is_loopback(configuration.host) or configuration.insecure:
        return
    raise ConfigurationError(
        f"The panel would listen on {configuration.host} without TLS, and passwords could be read on the way: "
        "set LEASEHOLD_PANEL_URL to the https:// address of a proxy, or say --insecure."
    )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
