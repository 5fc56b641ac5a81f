"""`leasehold nginx …`."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from leasehold.cli.call import Call
from leasehold.cli.site_options import with_site
from leasehold.cli.verb import new_group, verb
from leasehold.deployment import nginx_command
from leasehold.deployment.nginx import SITE_FILE, install_site, render_site
from leasehold.deployment.probing import probe
from leasehold.deployment.site import Site

app = new_group()
FileOption = Annotated[Path, typer.Option("--file", help="Where nginx finds the site.", dir_okay=False)]


@verb(app, "render")
@with_site
def render(call: Call, site: Site) -> None:
    """Print the site, and change nothing."""
    if call.common.as_json:
        call.show({"site": render_site(site)})
    else:
        typer.echo(render_site(site))


@verb(app, "install")
@with_site
def install(call: Call, site: Site, file: FileOption = SITE_FILE) -> None:
    """Write the site, let nginx check it, and reload nginx; where anything does not fit, nothing is changed."""
    runs = install_site(site, file, now=datetime.now(UTC))
    if site.self_signed:
        typer.echo("FOR TRIALS ONLY: the certificate is self-signed. Browsers warn, and clients refuse it.", err=True)
    next_steps = [] if runs else ["systemctl enable --now nginx"]
    if call.configuration.panel_url is None:
        next_steps.append(f"LEASEHOLD_PANEL_URL={site.panel_url} in Leasehold's environment, then start it again")
    call.show({"installed": str(file), "nginx_runs": runs, "panel": site.panel_url, "next": next_steps})


@verb(app, "test")
@with_site
def test(call: Call, site: Site) -> None:
    """Look at the installed site as its clients see it; exit status 1 where there is something to mend."""
    nginx_command.check_configuration()
    raise typer.Exit(0 if call.show_findings(list(probe(site, now=datetime.now(UTC)))) else 1)
