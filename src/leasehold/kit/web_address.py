"""The address of a web site, as people give it."""

from urllib.parse import urlsplit


def parse_web_address(text: str) -> str | None:
    """Scheme, host and port of `https://admin.example.org/`; None where it is none, or has a path or a query."""
    try:
        parts = urlsplit(text.strip())
        host, _port = parts.hostname, parts.port
    except ValueError:
        return None
    extra = parts.path.strip("/") or parts.query or parts.fragment or parts.username is not None
    if parts.scheme not in ("http", "https") or not host or extra:
        return None
    return f"{parts.scheme}://{parts.netloc}"
