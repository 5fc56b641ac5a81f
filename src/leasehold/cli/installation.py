"""The installation that a verb is meant for."""

from leasehold.embedded.running import what_runs
from leasehold.kit.configuration import Configuration
from leasehold.kit.database import Database, Role, database_for
from leasehold.kit.errors import ConfigurationError
from leasehold.kit.panel_address import panel_address
from leasehold.kit.secrets_file import FILE_NAME


def database_of_installation(configuration: Configuration, role: Role) -> Database:
    """Its database; makes nothing. Raises `ConfigurationError` where there is no installation."""
    check_installation(configuration)
    return database_for(configuration, role)


def check_installation(configuration: Configuration) -> None:
    """Raise `ConfigurationError` where there is no installation."""
    if configuration.embedded and not (configuration.data_dir / FILE_NAME).exists():
        raise ConfigurationError(
            f"There is no installation in {configuration.data_dir}: make one with `leasehold up`, "
            "or name another directory with --data-dir."
        )


def address_of_panel(configuration: Configuration) -> str:
    """Where a browser reaches the panel: the proxy's address, or where `leasehold up` serves it now."""
    running = None if configuration.panel_url else what_runs(configuration.data_dir)
    return running.panel if running else panel_address(configuration)
