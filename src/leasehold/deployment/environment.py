"""The environment variables of Leasehold, told from the one place that defines them."""

import ast
import inspect
import textwrap
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import msgspec

from leasehold.deployment.templates import template
from leasehold.kit.configuration import ENVIRONMENT_PREFIX, Configuration


@dataclass(frozen=True, slots=True)
class Variable:
    """One of them: what it means in a sentence, what it may be, and what it is where it is not set."""

    name: str
    meaning: str
    kind: str
    default: str


def variables() -> list[Variable]:
    """All of them, in the order of the class."""
    hints = get_type_hints(Configuration, include_extras=True)
    meanings = _docstrings(Configuration)
    return [
        Variable(
            ENVIRONMENT_PREFIX + field.name.upper(), meanings[field.name], _kind(hints[field.name]), _default(field)
        )
        for field in msgspec.structs.fields(Configuration)
    ]


def environment_reference() -> str:
    """The page `docs/environment.md`."""
    return template("environment.md").render(variables=variables())


def environment_file(configuration: Configuration) -> str:
    """A file for systemd's EnvironmentFile: what is set now, and everything else as a comment to start from."""
    given = configuration.as_environment()
    defaults = Configuration().as_environment()
    lines = ["# Leasehold's configuration, for its services. Read at the start of each."]
    for variable in variables():
        value = given.get(variable.name, "")
        mark = "" if value and value != defaults.get(variable.name) else "#"
        lines += ["", *textwrap.wrap(f"# {variable.meaning} ({variable.kind})", 118, subsequent_indent="# ")]
        lines.append(f"{mark}{variable.name}={_quoted(value)}")
    return "\n".join(lines) + "\n"


def _variable(field: str) -> str:
    return ENVIRONMENT_PREFIX + field.upper()


def _quoted(value: str) -> str:
    return f'"{value}"' if value and not value.isalnum() else value


def _docstrings(of: type) -> dict[str, str]:
    """The sentence below each field."""
    (definition,) = ast.parse(inspect.getsource(of)).body
    body = definition.body if isinstance(definition, ast.ClassDef) else []
    found = {}
    for field, below in pairwise(body):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(below, ast.Expr):
            found[field.target.id] = str(ast.literal_eval(below.value))
    return found


def _kind(hint: Any) -> str:
    """For people: `1 to 65535`, `yes or no`."""
    if get_origin(hint) is Annotated:
        base, *notes = get_args(hint)
        bounds = [(note.ge, note.le) for note in notes if isinstance(note, msgspec.Meta) and note.ge is not None]
        return f"{bounds[0][0]} to {bounds[0][1]}" if bounds else _kind(base)
    if NoneType in get_args(hint):
        (hint,) = (part for part in get_args(hint) if part is not NoneType)
        return _kind(hint)
    if get_origin(hint) is Literal:
        *most, last = get_args(hint)
        return f"{', '.join(most)} or {last}"
    names = {bool: "1 or 0", Path: "a path", str: "text"}
    return names.get(hint, "a list, separated by commas")


def _default(field: msgspec.structs.FieldInfo) -> str:
    if field.default_factory is not msgspec.NODEFAULT:
        return "`/var/lib/leasehold` for root, else the user's data directory"
    if isinstance(field.default, bool):
        return "0"
    return f"`{field.default}`" if field.default not in (None, ()) else "none"
