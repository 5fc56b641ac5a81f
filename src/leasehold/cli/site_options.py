"""The options that say what nginx is to serve, shared by the verbs of `leasehold nginx`."""

import inspect
from collections.abc import Callable
from inspect import Parameter
from pathlib import Path
from typing import Annotated, Any, Concatenate, ParamSpec
from urllib.parse import urlsplit

import typer

from leasehold.cli.call import Call
from leasehold.deployment.site import Site, host_name
from leasehold.kit.configuration import Configuration
from leasehold.kit.errors import ConfigurationError
from leasehold.kit.run_dir import PANEL_SOCKET, SERVER_SOCKET, run_dir

P = ParamSpec("P")
_IPV6 = Path("/proc/net/if_inet6")


def with_site(function: Callable[Concatenate[Call, Site, P], None]) -> Callable[Concatenate[Call, P], None]:
    """The function gets the site that the options describe, after its call. For functions under `@verb`."""

    def run(call: Call, /, *arguments: P.args, **given: P.kwargs) -> None:
        said = {name: given.pop(name) for name in _OPTIONS}
        function(call, site_for(call.configuration, **said), *arguments, **given)  # type: ignore[arg-type]  # as declared

    signature = inspect.signature(function)
    call, _site, *others = signature.parameters.values()
    own = [option.replace(kind=Parameter.KEYWORD_ONLY) for option in others]
    run.__signature__ = signature.replace(parameters=[call, *_OPTIONS.values(), *own])  # type: ignore[attr-defined]
    run.__doc__ = function.__doc__
    return run


def site_for(
    configuration: Configuration,
    *,
    api_name: str,
    panel_name: str | None,
    certificate: Path | None,
    certificate_key: Path | None,
    self_signed: bool,
    http_port: int,
    https_port: int,
    log_directory: Path,
    keep_default_server: bool,
) -> Site:
    """The site of this installation. Raises `ConfigurationError` where the options do not go together."""
    trial = configuration.data_dir / "tls"
    if self_signed and certificate is None and certificate_key is None:
        certificate, certificate_key = trial / "trial.crt", trial / "trial.key"
    elif certificate is None or certificate_key is None or self_signed:
        raise ConfigurationError(
            "nginx needs one certificate: give --certificate FILE and --certificate-key FILE, "
            "or --self-signed alone for a trial."
        )
    directory = run_dir(configuration.data_dir)
    site = Site(
        api_name=host_name(api_name, option="--api-name"),
        panel_name=host_name(panel_name or _panel_host(configuration), option="--panel-name"),
        certificate=certificate.absolute(),
        certificate_key=certificate_key.absolute(),
        server_socket=directory / SERVER_SOCKET,
        panel_socket=directory / PANEL_SOCKET,
        challenge_directory=configuration.data_dir / "acme",
        log_directory=log_directory.absolute(),
        http_port=http_port,
        https_port=https_port,
        trusted_proxies=configuration.trusted_proxies,
        refuses_other_names=not keep_default_server,
        self_signed=self_signed,
        ipv6=_IPV6.exists(),
    )
    if configuration.panel_url not in {None, site.panel_url}:
        raise ConfigurationError(
            f"The panel was told that people reach it at {configuration.panel_url}, nginx would serve it at "
            f"{site.panel_url}: change --panel-name or LEASEHOLD_PANEL_URL, so that both say the same."
        )
    return site


def _panel_host(configuration: Configuration) -> str:
    if configuration.panel_url is None:
        raise ConfigurationError("The panel has no name yet: give --panel-name admin.example.com.")
    return urlsplit(configuration.panel_url).hostname or ""


def _option(name: str, kind: Any, help_text: str, default: Any = Parameter.empty, **settings: Any) -> Parameter:
    declaration = "--" + name.replace("_", "-")  # said, so that a flag has no counterpart --no-…
    annotation = Annotated[kind, typer.Option(declaration, help=help_text, show_default=bool(default), **settings)]
    return Parameter(name, Parameter.KEYWORD_ONLY, annotation=annotation, default=default)


_PORT = {"min": 1, "max": 65535}
_OPTIONS = {
    option.name: option
    for option in (
        _option("api_name", str, "Name of the license server: api.example.com."),
        _option("panel_name", str | None, "Name of the panel: admin.example.com (else LEASEHOLD_PANEL_URL's).", None),
        _option("certificate", Path | None, "Certificate for both names, with those up to its authority (PEM).", None),
        _option("certificate_key", Path | None, "Its private key (PEM, no password).", None),
        _option("self_signed", bool, "Make a certificate for a trial; browsers warn of it.", False),
        _option("http_port", int, "Port that leads to HTTPS.", 80, **_PORT),
        _option("https_port", int, "Port for TLS.", 443, **_PORT),
        _option("log_directory", Path, "Where nginx writes its logs.", Path("/var/log/nginx")),
        _option("keep_default_server", bool, "Leave names that nobody serves to another site.", False),
    )
}
