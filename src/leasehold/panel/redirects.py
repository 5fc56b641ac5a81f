"""Where to go next: only to pages of ours, whatever a request says."""

import re
from urllib.parse import urlsplit

from flask import current_app, request, url_for

_OWN_PATH = re.compile(r"/(?![/\\])[!-\[\]-~]*")


def own_path(target: str | None) -> str | None:
    """`target` where it is a path of ours, with its query; None for everything else (another host, a scheme)."""
    return target if target and _OWN_PATH.fullmatch(target) else None


def home() -> str:
    """Where somebody begins who has signed in."""
    return url_for("dashboard.dashboard" if "dashboard.dashboard" in current_app.view_functions else "account.account")


def back(default: str = "front.front_page") -> str:
    """The page that the reader came from, where it is one of ours; else the endpoint `default`."""
    asked = own_path(request.values.get("next"))
    if asked is not None:
        return asked
    came_from = urlsplit(request.referrer or "")
    path = came_from.path + (f"?{came_from.query}" if came_from.query else "")
    if came_from.netloc == request.host and own_path(path) is not None:
        return path
    return url_for(default)
