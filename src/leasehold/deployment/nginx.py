"""The site as nginx reads it: rendered, and put in its place."""

from datetime import datetime
from pathlib import Path

from leasehold.deployment import nginx_command
from leasehold.deployment.certificates import check_certificate, keep_trial_certificate
from leasehold.deployment.installing import marked, not_written, replaced
from leasehold.deployment.refusals import API_REFUSALS, PANEL_PAGES, REFUSALS_FOR_ALL
from leasehold.deployment.site import Site, check_site
from leasehold.deployment.templates import template
from leasehold.kit.errors import ConfigurationError

SITE_FILE = Path("/etc/nginx/conf.d/leasehold.conf")
_HSTS_SECONDS = 2 * 365 * 24 * 3600


def render_site(site: Site) -> str:
    """A file for nginx 1.22 or newer, to be included in `http { … }`. Raises `ConfigurationError`."""
    check_site(site)
    text = template("nginx.conf").render(
        site=site,
        # A browser that has once seen this accepts no exception any more, and a trial needs one.
        hsts="max-age=0" if site.self_signed else f"max-age={_HSTS_SECONDS}",
        refusals_for_all=REFUSALS_FOR_ALL,
        api_refusals=API_REFUSALS,
        panel_pages=PANEL_PAGES,
    )
    return marked(text, by="leasehold nginx install")


def install_site(site: Site, file: Path, *, now: datetime) -> bool:
    """Put the site into `file` and let nginx take it over, without a moment in which it does not answer.

    Gives whether an nginx runs. Raises `ConfigurationError`, and leaves everything as it was, where a certificate does
    not fit, the file is not ours, or nginx does not take it.
    """
    text = render_site(site)
    names = (site.api_name, site.panel_name)
    _check_way_to(site.server_socket)
    if site.self_signed:
        keep_trial_certificate(site.certificate, site.certificate_key, names, now=now)
    else:
        check_certificate(site.certificate, site.certificate_key, names, now=now)
    _make_challenge_directory(site.challenge_directory)
    with replaced(file, text):
        nginx_command.check_configuration()
    return nginx_command.reload()


def _make_challenge_directory(path: Path) -> None:
    try:
        path.mkdir(mode=0o755, parents=True, exist_ok=True)
    except OSError as error:
        raise not_written(path, error) from error


def _check_way_to(unix_socket: Path) -> None:
    """nginx works as a user of its own, who must get as far as the sockets."""
    for directory in reversed(unix_socket.parents):
        if directory.exists() and not directory.stat().st_mode & 0o001:
            raise ConfigurationError(
                f"nginx works as a user of its own, and only the owner gets into {directory}, where the sockets are: "
                f"run `chmod o+x {directory}`, or choose another data directory."
            )
