"""What docs/command-line.md lists is what there is."""

import re
from importlib import import_module
from pathlib import Path

from leasehold.cli.groups import GROUPS, RUN_MODULE

_PAGE = Path(__file__).parents[2] / "docs" / "command-line.md"


def test_every_verb_stands_in_the_documentation_and_nothing_else() -> None:
    verbs = {str(command.name) for command in import_module(RUN_MODULE).app.registered_commands}
    for group, (module, _help) in GROUPS.items():
        verbs |= {f"{group} {command.name}" for command in import_module(module).app.registered_commands}
    documented = set(re.findall(r"^\| `([a-z0-9 -]+)` \|", _PAGE.read_text(encoding="utf-8"), re.M))
    assert len(verbs) > 40
    assert (verbs - documented, documented - verbs) == (set(), set())
