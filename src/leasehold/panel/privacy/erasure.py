"""What pages need that erase people, or write people down who may have been erased."""

from flask_babel import lazy_gettext as _
from wtforms import BooleanField

from leasehold.kit.erased import NOBODY_ERASED, Erased
from leasehold.kit.orm import driver_connection
from leasehold.panel.context import db, finish, installation
from leasehold.panel.saving import PanelForm
from leasehold.privacy.digests import Digester, ErasedPeople, digester_of
from leasehold.privacy.ledger_file import write_ledger_file


def digester() -> Digester:
    """Makes the digests by which the installation knows who was erased."""
    return digester_of(installation().configuration.data_dir)


def erased_people() -> ErasedPeople:
    """Those who were erased, to be asked before people are written down."""
    return ErasedPeople(digester())


class ErasedForm(PanelForm):
    """A form that writes down how somebody is reached, who may have been erased here. `agreed` is its last field."""

    agreed: BooleanField

    def erased(self) -> Erased:
        """Who must not be written down: nobody, where the person has agreed anew."""
        return NOBODY_ERASED if self.agreed.data else erased_people()


def agreed_anew() -> BooleanField:
    """Whether somebody who was erased has agreed to be written down all the same."""
    return BooleanField(
        _("The person has agreed anew to be written down"), description=_("Only where they were erased here before.")
    )


def keep_erasures() -> None:
    """Commit what this request has erased, and write down beside the database who it was, for restores."""
    finish(keep=True)
    write_ledger_file(driver_connection(db()), installation().configuration.data_dir)
