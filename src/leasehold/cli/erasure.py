"""What verbs need that erase people, or write people down who may have been erased."""

from typing import Annotated

import typer

from leasehold.cli.call import Call
from leasehold.cli.installation import database_of_installation
from leasehold.kit.database import Role
from leasehold.kit.erased import NOBODY_ERASED, Erased
from leasehold.privacy.digests import Digester, ErasedPeople, digester_of
from leasehold.privacy.ledger_file import write_ledger_file

AgreedAnew = Annotated[
    bool, typer.Option("--agreed-anew", help="Whoever was erased here has agreed to be written down again.")
]


def digester(call: Call) -> Digester:
    """Makes the digests by which the installation knows who was erased."""
    return digester_of(call.configuration.data_dir)


def erased_people(call: Call, *, agreed: bool = False) -> Erased:
    """Those who were erased, to be asked before people are written down; nobody, where they have agreed anew."""
    return NOBODY_ERASED if agreed else ErasedPeople(digester(call))


def keep_ledger(call: Call) -> None:
    """Write down beside the database who was erased, for restores."""
    database = database_of_installation(call.configuration, Role.PANEL)
    with database.connect(application="erasure") as connection:
        write_ledger_file(connection, call.configuration.data_dir)
