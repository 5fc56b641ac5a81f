"""What nginx serves: two names, one certificate, the sockets of one installation; checked before it is rendered."""

import re
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

import idna

from leasehold.kit.errors import ConfigurationError

_HOST_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*")
_PLAIN_PATH = re.compile(r"/[\w./@+ ~-]*", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Site:
    """One license server and one panel behind nginx.

    Make it with `make_site`, which checks it.
    """

    api_name: str
    panel_name: str
    certificate: Path
    certificate_key: Path
    server_socket: Path
    panel_socket: Path
    challenge_directory: Path
    """Where certbot puts what proves that a name is ours (`certbot certonly --webroot`)."""
    log_directory: Path = Path("/var/log/nginx")
    http_port: int = 80
    https_port: int = 443
    trusted_proxies: tuple[str, ...] = ()
    """Load balancers before nginx whose X-Forwarded-For is believed."""
    refuses_other_names: bool = True
    """Whether this site answers for names that nobody serves; False leaves that to another site on this nginx."""
    self_signed: bool = False
    ipv6: bool = True

    @property
    def panel_url(self) -> str:
        """The address that people type."""
        return f"https://{self.panel_name}{self.port_in_addresses}"

    @property
    def port_in_addresses(self) -> str:
        """What stands behind a name in an address: nothing for the standard port."""
        return "" if self.https_port == 443 else f":{self.https_port}"


def host_name(text: str, *, option: str) -> str:
    """The name as DNS knows it, in lower case and ASCII. Raises `ConfigurationError` for what is no host name."""
    try:
        ip_address(text)
    except ValueError:
        pass
    else:
        raise ConfigurationError(f"{option} is an IP address ({text}): give a name, a certificate is made for names.")
    try:
        name = text.lower() if text.isascii() else idna.encode(text, uts46=True).decode()
    except idna.IDNAError as error:
        raise _no_host_name(text, option) from error
    if not _HOST_NAME.fullmatch(name):
        raise _no_host_name(text, option)
    return name


def check_site(site: Site) -> None:
    """Return where nginx can serve both names. Raises `ConfigurationError` that says what to give instead."""
    if site.api_name == site.panel_name:
        raise ConfigurationError(
            f"The license server and the panel cannot share the name {site.api_name}: "
            "give them two, as in --api-name api.example.com --panel-name admin.example.com."
        )
    if site.http_port == site.https_port:
        raise ConfigurationError(
            f"HTTP and HTTPS cannot share port {site.https_port}: choose two with --http-port and --https-port."
        )
    for path in (site.certificate, site.certificate_key, site.server_socket, site.log_directory):
        if not _PLAIN_PATH.fullmatch(str(path)):
            raise ConfigurationError(
                f"nginx cannot be told the path {str(path)!r}: use an absolute one of letters, digits and ./@+~-_."
            )


def _no_host_name(text: str, option: str) -> ConfigurationError:
    return ConfigurationError(f"{option} is no host name ({text!r}): give one like api.example.com.")
