"""`@verb(app, "name")`: a function becomes a verb with the common options, whose errors are sentences."""

import inspect
from collections.abc import Callable
from inspect import Parameter
from pathlib import Path
from typing import Any, Concatenate, ParamSpec

import typer

from leasehold.cli.call import Call
from leasehold.cli.failures import complain, explain
from leasehold.cli.options import Common, DataDirOption, JsonOption

P = ParamSpec("P")
Verb = Callable[Concatenate[Call, P], None]

_COMMON = (
    Parameter("context", Parameter.KEYWORD_ONLY, annotation=typer.Context),
    Parameter("data_dir", Parameter.KEYWORD_ONLY, annotation=DataDirOption, default=None),
    Parameter("as_json", Parameter.KEYWORD_ONLY, annotation=JsonOption, default=False),
)


def new_group() -> typer.Typer:
    """A group that verbs can join."""
    return typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)


def verb(app: typer.Typer, name: str, **settings: Any) -> Callable[[Verb[P]], Verb[P]]:
    """Register the function as `name`; its first parameter is the `Call`, the others are its arguments and options.

    What it raises and a person can act on ends as one sentence (or JSON object) on the standard error stream and
    exit status 1 (refused), 2 (configuration) or 3 (database away). `settings` go to typer's `command`.
    """

    def register(function: Verb[P]) -> Verb[P]:
        app.command(name, help=inspect.getdoc(function), **settings)(_with_common_options(function))
        return function

    return register


def _with_common_options(function: Callable[..., None]) -> Callable[..., None]:
    signature = inspect.signature(function)
    own = [part.replace(kind=Parameter.KEYWORD_ONLY) for part in list(signature.parameters.values())[1:]]

    def run(*, context: typer.Context, data_dir: Path | None, as_json: bool, **values: Any) -> None:
        common = (context.obj or Common()).then(data_dir, as_json=as_json)
        try:
            function(Call(common), **values)
        except Exception as error:
            failure = explain(error)
            if failure is None:
                raise
            complain(failure, as_json=common.as_json)
            raise typer.Exit(failure.status) from error

    parameters = [*own, *_COMMON]
    run.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]  # read by typer
    run.__annotations__ = {part.name: part.annotation for part in parameters}
    return run
