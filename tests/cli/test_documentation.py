"""What docs/command-line.md lists is what there is."""

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import typer

from leasehold.cli.groups import GROUPS, RUN_MODULE

_PAGE = Path(__file__).parents[2] / "docs" / "command-line.md"


def test_every_verb_stands_in_the_documentation_and_nothing_else() -> None:
    verbs = {str(command.name) for command in import_module(RUN_MODULE).app.registered_commands}
    for group, (module, _help) in GROUPS.items():
        verbs |= set(_verbs_of(import_module(module).app, group))
    documented = set(re.findall(r"^\| `([a-z0-9 -]+)` \|", _PAGE.read_text(encoding="utf-8"), re.M))
    assert len(verbs) > 40
    assert (verbs - documented, documented - verbs) == (set(), set())


def _verbs_of(app: typer.Typer, group: str) -> Iterator[str]:
    yield from (f"{group} {command.name}" for command in app.registered_commands)
    for part in app.registered_groups:
        if part.typer_instance is not None:
            yield from _verbs_of(part.typer_instance, f"{group} {part.name}" if part.name else group)
