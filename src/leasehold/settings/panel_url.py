"""Where people reach the panel, by what an operator has set: the setting `panel_url` wins over the configuration."""

import msgspec

from leasehold.kit.configuration import Configuration
from leasehold.kit.database import Connection, Database
from leasehold.kit.errors import ConfigurationError
from leasehold.kit.panel_address import check_panel_is_safe
from leasehold.settings.kinds import Value
from leasehold.settings.registry import PANEL_URL
from leasehold.settings.service import get_setting


def with_panel_url(configuration: Configuration, value: Value) -> Configuration:
    """The configuration in force where the setting has `value`; an empty one says nothing."""
    return msgspec.structs.replace(configuration, panel_url=str(value)) if value else configuration


def read_configuration(configuration: Configuration, connection: Connection) -> Configuration:
    """The configuration in force."""
    return with_panel_url(configuration, get_setting(connection, PANEL_URL))


def check_panel_may_listen(configuration: Configuration, database: Database) -> None:
    """Return where people reach the panel safely, by the configuration or by the setting.

    The database is asked only where the configuration alone does not do. Raises `ConfigurationError` where neither
    does, and `psycopg.Error` where the database cannot be asked.
    """
    try:
        check_panel_is_safe(configuration)
    except ConfigurationError:
        with database.connect(application="start") as connection:
            check_panel_is_safe(read_configuration(configuration, connection))
