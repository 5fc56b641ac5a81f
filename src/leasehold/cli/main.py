"""The `leasehold` command. Only the module of the verb that is called gets loaded, so that it starts fast."""

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Annotated

import typer

from leasehold import __version__
from leasehold.cli.groups import GROUPS, RUN_MODULE, RUN_VERBS
from leasehold.cli.options import Common, DataDirOption, JsonOption, remember


def application(arguments: Sequence[str]) -> typer.Typer:
    """The command line as `arguments` need it: what they do not name is there with its help only."""
    app = new_application()
    named = set(arguments)
    for name, (module, help_text) in GROUPS.items():
        group = import_module(module).app if name in named else typer.Typer()
        app.add_typer(group, name=name, help=help_text, callback=remember, no_args_is_help=True)
    if named & RUN_VERBS.keys():
        app.add_typer(import_module(RUN_MODULE).app)
    else:
        for name, help_text in RUN_VERBS.items():
            app.command(name, help=help_text)(_not_loaded)
    return app


def new_application() -> typer.Typer:
    """The top of the command line, with no verbs yet."""
    app = typer.Typer(
        name="leasehold",
        help="Leasehold: which devices may run your software, and how many at once.",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    app.callback()(_top)
    return app


def main() -> None:
    """Run the command line on this process's arguments; the exit status says what became of it."""
    application(sys.argv[1:])(prog_name="leasehold")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"leasehold {__version__}")
        raise typer.Exit


def _top(
    context: typer.Context,
    data_dir: DataDirOption = None,
    as_json: JsonOption = False,
    _version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    context.obj = Common(data_dir, as_json)


def _not_loaded() -> None:
    raise NotImplementedError
