"""What pages need that erase people, or write people down who may have been erased."""

from leasehold.kit.orm import driver_connection
from leasehold.panel.context import db, finish, installation
from leasehold.privacy.digests import Digester, ErasedPeople, digester_of
from leasehold.privacy.ledger_file import write_ledger_file


def digester() -> Digester:
    """Makes the digests by which the installation knows who was erased."""
    return digester_of(installation().configuration.data_dir)


def erased_people() -> ErasedPeople:
    """Those who were erased, to be asked before people are written down."""
    return ErasedPeople(digester())


def keep_erasures() -> None:
    """Commit what this request has erased, and write down beside the database who it was, for restores."""
    finish(keep=True)
    write_ledger_file(driver_connection(db()), installation().configuration.data_dir)
