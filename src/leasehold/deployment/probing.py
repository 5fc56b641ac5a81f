"""A look at the site from outside, as its clients see it."""

import http.client
import socket
import ssl
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta

from leasehold.deployment.certificates import check_certificate
from leasehold.deployment.site import Site
from leasehold.kit.errors import ConfigurationError
from leasehold.kit.findings import Finding

_TIMEOUT_SECONDS = 5.0
_RENEW_BEFORE = timedelta(days=14)
_LOCALLY = "127.0.0.1"
_NOBODY = "nobody.invalid"
_START_NGINX = "systemctl reload-or-restart nginx"


def probe(site: Site, *, now: datetime) -> Iterator[Finding]:
    """Everything that should hold, in the order in which it should be mended. Changes nothing."""
    yield _certificate(site, now)
    yield _answers(site, "license server", site.api_name, "/health/live", mend="leasehold status")
    yield _answers(site, "panel", site.panel_name, "/", mend="leasehold status")
    yield _redirects(site)
    if site.refuses_other_names:
        yield _refuses(site)


def _certificate(site: Site, now: datetime) -> Finding:
    try:
        until = check_certificate(site.certificate, site.certificate_key, (site.api_name, site.panel_name), now=now)
    except ConfigurationError as error:
        detail, _, mend = str(error).rpartition(": ")
        return Finding("certificate", ok=False, detail=detail, mend=mend)
    if site.self_signed:
        mend = "get a certificate, then `leasehold nginx install` with --certificate and --certificate-key"
        return Finding("certificate", ok=False, detail="self-signed, FOR TRIALS ONLY", mend=mend)
    soon = until - now < _RENEW_BEFORE
    return Finding(
        "certificate", ok=not soon, detail=f"valid until {until:%Y-%m-%d}", mend="certbot renew" if soon else None
    )


def _answers(site: Site, check: str, name: str, path: str, *, mend: str) -> Finding:
    try:
        with closing(_Connection(site, name)) as connection:
            connection.request("GET", path)
            status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        return Finding(check, ok=False, detail=f"https://{name} does not answer: {error}", mend=_START_NGINX)
    if status >= 500:
        return Finding(check, ok=False, detail=f"nginx answers, but not the program behind it ({status})", mend=mend)
    return Finding(check, ok=True, detail=f"answers at https://{name}{site.port_in_addresses}")


def _redirects(site: Site) -> Finding:
    connection = http.client.HTTPConnection(_LOCALLY, site.http_port, timeout=_TIMEOUT_SECONDS)
    try:
        with closing(connection):
            connection.request("GET", "/", headers={"Host": site.panel_name})
            where = connection.getresponse().headers.get("Location", "")
    except (OSError, http.client.HTTPException) as error:
        return Finding(
            "redirect", ok=False, detail=f"port {site.http_port} does not answer: {error}", mend=_START_NGINX
        )
    if where != f"{site.panel_url}/":
        detail = f"another site answers for http://{site.panel_name}"
        return Finding("redirect", ok=False, detail=detail, mend="remove that name from the other site")
    return Finding("redirect", ok=True, detail=f"http://{site.panel_name} leads to {site.panel_url}")


def _refuses(site: Site) -> Finding:
    try:
        with closing(_Connection(site, _NOBODY)) as connection:
            connection.connect()
    except ssl.SSLError:
        return Finding("unknown names", ok=True, detail="are refused")
    except OSError as error:
        return Finding("unknown names", ok=False, detail=f"nothing answers: {error}", mend=_START_NGINX)
    mend = "remove the site that is the default, then `leasehold nginx install`"
    return Finding("unknown names", ok=False, detail="another site answers them", mend=mend)


class _Connection(http.client.HTTPSConnection):
    """To the nginx of this machine, asking for a name that DNS need not know yet."""

    def __init__(self, site: Site, name: str) -> None:
        context = ssl.create_default_context()
        context.check_hostname = False  # whose certificate it is was looked at in its file
        context.verify_mode = ssl.CERT_NONE
        super().__init__(name, site.https_port, timeout=_TIMEOUT_SECONDS, context=context)
        self._name = name
        self._tls = context

    def connect(self) -> None:
        plain = socket.create_connection((_LOCALLY, self.port), self.timeout)
        self.sock = self._tls.wrap_socket(plain, server_hostname=self._name)
