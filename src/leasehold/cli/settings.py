"""`leasehold settings …`."""

from typing import Annotated

import typer

from leasehold.cli.backup_guard import WithoutBackup, guard_of
from leasehold.cli.call import Call
from leasehold.cli.output import Fields
from leasehold.cli.transaction import transaction
from leasehold.cli.verb import new_group, verb
from leasehold.kit.orm import driver_connection
from leasehold.settings.kinds import IntegerSetting, Setting, Value
from leasehold.settings.registry import SETTINGS, find_setting
from leasehold.settings.service import get_setting, read_all, set_setting

app = new_group()
NameArgument = Annotated[str, typer.Argument(help="The setting.", show_default=False)]


@verb(app, "list")
def list_(call: Call) -> None:
    """List all settings with their values."""
    with transaction(call) as session:
        values = read_all(driver_connection(session))
        rows = [_fields(setting, values[setting.name]) for setting in SETTINGS]
    call.show_list(rows, ("name", "value", "default", "unit", "help"))


@verb(app, "get")
def get(call: Call, name: NameArgument) -> None:
    """Show a setting."""
    with transaction(call) as session:
        fields = _fields(find_setting(name), get_setting(driver_connection(session), name))
    call.show(fields)


@verb(app, "set")
def set_(
    call: Call,
    name: NameArgument,
    value: Annotated[str, typer.Argument(help="The new value.", show_default=False)],
    *,
    without_backup: WithoutBackup = "",
) -> None:
    """Change a setting; every process follows within seconds. Before a protected one is changed, a backup is made."""
    setting = find_setting(name)
    if setting.protected:
        setting.parse(value)  # what is refused anyway needs no backup
        guard_of(call, without_backup).before_change(f"changing the setting {name}")
    with transaction(call) as session:
        fields = _fields(find_setting(name), set_setting(driver_connection(session), name, value))
    call.show(fields)


def _fields(setting: Setting, value: Value) -> Fields:
    return {
        "name": setting.name,
        "value": value,
        "default": setting.default,
        "minimum": setting.minimum if isinstance(setting, IntegerSetting) else None,
        "maximum": setting.maximum if isinstance(setting, IntegerSetting) else None,
        "unit": setting.unit,
        "help": setting.help,
    }
