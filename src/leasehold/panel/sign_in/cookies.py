"""What the browser keeps: the session's token, and which accounts it has got into before."""

import secrets
from dataclasses import dataclass

from flask import Flask, Response, current_app, g, request
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import BadSignature, URLSafeTimedSerializer

from leasehold.panel.own_address import is_reached_by_tls

_SESSION = "leasehold_session"
_DEVICE = "leasehold_device"
_DEVICE_SECONDS = 180 * 86400
_MOST_ACCOUNTS = 8
_DEVICE_BYTES = 16
_LONGEST_TOKEN = 128


@dataclass(frozen=True, slots=True)
class KnownDevice:
    """A browser, and the members who have signed in with it."""

    device: str
    members: tuple[int, ...]


class FormCookie(SecureCookieSessionInterface):
    """Flask's own cookie (the forms' token, messages) under a name that depends on TLS as the others' do."""

    def get_cookie_name(self, app: Flask) -> str:  # noqa: ARG002  # Flask's signature
        """The name in force."""
        return _name("leasehold")

    def get_cookie_secure(self, app: Flask) -> bool:  # noqa: ARG002
        """Whether it travels by TLS alone."""
        return is_reached_by_tls()


def session_token() -> str | None:
    """The token that the browser has sent."""
    token = request.cookies.get(_name(_SESSION))
    return token if token and len(token) <= _LONGEST_TOKEN else None


def keep_token(token: str | None) -> None:
    """With this request's answer the browser gets the token of its session; None takes it away."""
    g.session_cookie = token


def known_device() -> KnownDevice:
    """The browser as we signed it; a new one where we did not."""
    signed = request.cookies.get(_name(_DEVICE), "")
    try:
        said = _signer().loads(signed, max_age=_DEVICE_SECONDS)
        return KnownDevice(str(said["device"]), tuple(int(member) for member in said["members"]))
    except (BadSignature, KeyError, TypeError, ValueError):
        return KnownDevice(secrets.token_urlsafe(_DEVICE_BYTES), ())


def know_device_of(member_id: int) -> None:
    """With this request's answer the browser is known as one that the member has signed in with."""
    device = known_device()
    others = [member for member in device.members if member != member_id]
    g.device_cookie = KnownDevice(device.device, (member_id, *others[: _MOST_ACCOUNTS - 1]))


def set_cookies(response: Response) -> Response:
    """Send what the request has decided."""
    if "session_cookie" in g:
        _set(response, _SESSION, g.session_cookie, None)
    if "device_cookie" in g:
        kept = {"device": g.device_cookie.device, "members": list(g.device_cookie.members)}
        _set(response, _DEVICE, _signer().dumps(kept), _DEVICE_SECONDS)
    return response


def _set(response: Response, name: str, value: str | None, max_age: int | None) -> None:
    secure = is_reached_by_tls()
    if value is None:
        response.delete_cookie(_name(name), secure=secure, httponly=True, samesite="Lax")
    else:
        response.set_cookie(_name(name), value, max_age=max_age, secure=secure, httponly=True, samesite="Lax")


def _name(name: str) -> str:
    """With TLS that of a cookie that no other host and no plain page can set."""
    return f"__Host-{name}" if is_reached_by_tls() else name


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="known-device")
