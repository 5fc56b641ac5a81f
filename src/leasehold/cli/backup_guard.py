"""The guard of backups for a verb that changes much at once, and the option that goes on without one."""

import sys
from collections.abc import Callable
from importlib import import_module
from typing import Annotated

import typer

from leasehold.cli.call import Call
from leasehold.kit.guard import Guard

WithoutBackup = Annotated[
    str,
    typer.Option(
        "--without-backup",
        metavar="SENTENCE",
        help="Go on though no backup can be made: “change without a backup”. It is audited.",
    ),
]


def guard_of(call: Call, accepted: str) -> Guard:
    """The guard of the installation; what it needs is loaded by the verbs that ask for it alone."""
    module = import_module("leasehold.backups.guard")
    guard: Guard = module.BackupGuard(call.configuration, by=call.actor, accepted=accepted, say=say_of(call))
    return guard


def say_of(call: Call) -> Callable[[str], None]:
    """How far it is, for a person, beside what is printed; programs that read JSON are not disturbed."""
    return _silent if call.common.as_json else _say


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


def _silent(_sentence: str) -> None:
    """Nobody is told."""
