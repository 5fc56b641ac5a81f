"""The forms about requests, erasure and retention."""

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, DateField, IntegerField, SelectField
from wtforms.validators import InputRequired, NumberRange, Optional

from leasehold.kit.row_ids import LARGEST_ID
from leasehold.panel.fields import text
from leasehold.panel.saving import PanelForm
from leasehold.panel.words import choices_of
from leasehold.privacy import erasing, keeping, requests
from leasehold.privacy.vocabulary import RequestKind, RequestOutcome

_LARGEST_MONTHS = 10**6


class RequestForm(PanelForm):
    """What somebody asks for."""

    kind = SelectField(_("What is asked for"), choices=lambda: choices_of(RequestKind))
    person = IntegerField(
        _("Person (number)"),
        validators=[Optional(), NumberRange(1, LARGEST_ID)],
        description=_("Of the list of people, where they are known."),
    )
    subject = text(_("Who has asked"), requests.LONGEST_SUBJECT, help_text=_("In words, where they are not known."))
    received_on = DateField(_("Came on"), validators=[InputRequired(_("Choose a day."))])


class RequestDoneForm(PanelForm):
    """What became of it."""

    outcome = SelectField(_("Outcome"), choices=lambda: choices_of(RequestOutcome))
    done_on = DateField(_("Answered on"), validators=[InputRequired(_("Choose a day."))])


class EraseForm(PanelForm):
    """Why, and how far."""

    reason = text(
        _("Reason"),
        erasing.LONGEST_REASON,
        help_text=_("Stays in the ledger of erasures for good: name no persons."),
        required=True,
    )
    by_last_name = BooleanField(_("Take the last name alone out of the notes, too"))
    even_if_restricted = BooleanField(_("Erase although the data are restricted"))


class KeepForm(PanelForm):
    """Until when somebody is kept, and why."""

    until = DateField(_("Keep until"), validators=[InputRequired(_("Choose a day."))], description=_("The last day."))
    reason = text(_("Reason"), keeping.LONGEST_REASON, help_text=_("Why the data are still needed."), required=True)


class RulesForm(PanelForm):
    """After how many months whom the rules propose."""

    lead_contacts = IntegerField(
        _("Contacts of leads: months without any dealings"),
        validators=[Optional(), NumberRange(-_LARGEST_MONTHS, _LARGEST_MONTHS)],
        description=_("Empty: nobody is proposed."),
    )
    former_customer_contacts = IntegerField(
        _("Contacts of former customers: months after the last license"),
        validators=[Optional(), NumberRange(-_LARGEST_MONTHS, _LARGEST_MONTHS)],
        description=_("Empty: nobody is proposed."),
    )
