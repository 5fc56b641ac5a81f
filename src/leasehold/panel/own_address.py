"""Where people reach this panel: what links, passkeys and cookies go by."""

from leasehold.kit import panel_address
from leasehold.kit.configuration import Configuration
from leasehold.panel.context import installation
from leasehold.panel.settings_in_force import last_known_settings, settings_in_force
from leasehold.settings.panel_url import with_panel_url
from leasehold.settings.registry import PANEL_URL


def own_address() -> str:
    """The address that links begin with."""
    return panel_address.panel_address(_in_force())


def proxied_address() -> str | None:
    """The address of the proxy; None where nobody has said that there is one."""
    return _in_force().panel_url


def is_reached_by_tls() -> bool:
    """Whether cookies may ask for TLS; answers also while the database is away, by what was known last."""
    known = last_known_settings()
    configuration = installation().configuration
    return panel_address.is_secure(with_panel_url(configuration, known[PANEL_URL]) if known else configuration)


def _in_force() -> Configuration:
    return with_panel_url(installation().configuration, settings_in_force()[PANEL_URL])
