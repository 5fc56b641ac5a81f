"""Forms of other sites are refused by what the browser says of itself, before any token is looked at."""

from flask import Flask, request
from flask_wtf.csrf import CSRFError

_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


def init_cross_site(app: Flask) -> None:
    """No page of `app` changes anything for a request that a browser calls `cross-site` (Fetch Metadata, W3C)."""

    @app.before_request
    def refuse_other_sites() -> None:
        if request.method not in _SAFE_METHODS and request.headers.get("Sec-Fetch-Site") == "cross-site":
            raise CSRFError
