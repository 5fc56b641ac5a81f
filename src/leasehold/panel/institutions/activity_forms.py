"""The forms about what is to be done."""

from typing import Any

from flask_babel import get_timezone, gettext
from flask_babel import lazy_gettext as _
from wtforms import SelectField, TimeField
from wtforms.validators import Optional

from leasehold.customers.contacts import list_contacts
from leasehold.leads import activities
from leasehold.leads.activities import ActivityCard
from leasehold.leads.due import day_and_time, due_moment
from leasehold.leads.models import Activity
from leasehold.leads.vocabulary import ActivityKind
from leasehold.panel.context import db
from leasehold.panel.fields import day, text
from leasehold.panel.institutions.forms import NOBODY, KeepingField, offer_staff
from leasehold.panel.saving import PanelForm
from leasehold.panel.stale import Stored, VersionedForm
from leasehold.panel.words import choices_of


class ActivityFields(PanelForm):
    """What is to be done; `among` names the institution whose people can be chosen."""

    kind = SelectField(_("Kind"), choices=lambda: choices_of(ActivityKind))
    subject = text(_("What is to be done"), activities.LONGEST_SUBJECT, required=True)
    due_on = day(_("Due on"), _("Empty: it has time."))
    due_time = TimeField(_("at"), validators=[Optional()], description=_("Empty: until the day is over."))
    assignee = KeepingField(_("Who does it"), default="")
    person = KeepingField(_("With whom"), default="")

    def among(self, institution_id: int) -> Any:
        """The same form, with the staff and the people of this institution to choose from."""
        people = [(str(line.contact.id), line.name) for line in list_contacts(db(), institution_id)]
        offer_staff(self.assignee)
        self.person.offer([NOBODY, *people], lambda _id: gettext("as before"))  # who may be restricted
        return self

    def card(self) -> ActivityCard:
        """What the form says."""
        on = self.due_on.data
        return ActivityCard(
            kind=ActivityKind(self.kind.data),
            subject=self.subject.data or "",
            due_at=due_moment(on, self.due_time.data, get_timezone()) if on else None,
            assignee_id=int(self.assignee.data) if self.assignee.data else None,
            contact_id=int(self.person.data) if self.person.data else None,
        )


class EditActivityForm(ActivityFields, VersionedForm):
    """The same, of an activity that exists."""


class DoneForm(PanelForm):
    """What came of it."""

    outcome = text(_("What came of it"), activities.LONGEST_OUTCOME)


def stored_activity(activity: Activity) -> Stored:
    """What the fields of `EditActivityForm` would say of the activity."""
    on, at = day_and_time(activity.due_at, get_timezone()) if activity.due_at else (None, None)
    values = {
        "kind": activity.kind,
        "subject": activity.subject,
        "due_on": on,
        "due_time": at,
        "assignee": str(activity.assignee_id or ""),
        "person": str(activity.contact_id or ""),
    }
    return Stored(values, activity.version)
