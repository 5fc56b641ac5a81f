"""What verbs need that erase people, or write people down who may have been erased."""

from leasehold.cli.call import Call
from leasehold.cli.installation import database_of_installation
from leasehold.kit.database import Role
from leasehold.privacy.digests import Digester, ErasedPeople, digester_of
from leasehold.privacy.ledger_file import write_ledger_file


def digester(call: Call) -> Digester:
    """Makes the digests by which the installation knows who was erased."""
    return digester_of(call.configuration.data_dir)


def erased_people(call: Call) -> ErasedPeople:
    """Those who were erased, to be asked before people are written down."""
    return ErasedPeople(digester(call))


def keep_ledger(call: Call) -> None:
    """Write down beside the database who was erased, for restores."""
    database = database_of_installation(call.configuration, Role.PANEL)
    with database.connect(application="erasure") as connection:
        write_ledger_file(connection, call.configuration.data_dir)
