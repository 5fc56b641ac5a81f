"""What passkeys are bound to here, if the panel is reached by a name that they can be bound to."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import request

from leasehold.panel.own_address import proxied_address
from leasehold.staff.passkeys import Site


def passkey_site() -> Site | None:
    """The host and the origin for passkeys; None where browsers allow none (an IP address; a name without TLS)."""
    configured = proxied_address()
    parts = urlsplit(configured or f"{request.scheme}://{request.host}")
    host = (parts.hostname or "").lower()
    is_local = host == "localhost" or host.endswith(".localhost")
    if _is_address(host) or not (is_local or (configured is not None and parts.scheme == "https")):
        return None
    return Site(host, f"{parts.scheme}://{parts.netloc}")


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return not host
    return True
