"""The forms about the stages themselves."""

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import SelectField

from leasehold.customers.models import PipelineStage
from leasehold.leads.pipeline import LONGEST_REASON, list_stages
from leasehold.leads.stages import LONGEST_NAME, StageCard, Successor, card_of
from leasehold.leads.vocabulary import StageColour, StageType
from leasehold.panel.context import db
from leasehold.panel.fields import text
from leasehold.panel.institutions.words import stage_words
from leasehold.panel.saving import PanelForm
from leasehold.panel.stale import Stored, VersionedForm
from leasehold.panel.words import choices_of

_FIRST = "0"


class StageFields(PanelForm):
    """What a stage is called and means, and where it stands."""

    name = text(_("Name"), LONGEST_NAME, required=True)
    type = SelectField(
        _("Type"), choices=lambda: choices_of(StageType), description=_("What it means: all rules go by it.")
    )
    colour = SelectField(_("Colour"), choices=lambda: choices_of(StageColour), default=StageColour.SECONDARY.value)
    place = SelectField(_("Place"))

    def among(self, stage: PipelineStage | None = None) -> Any:
        """The same form, with the places beside all stages but this one to choose from."""
        others = [one for one in list_stages(db()) if stage is None or one.id != stage.id]
        after = [(str(one.id), gettext("after %(name)s", name=stage_words(one.name))) for one in others]
        self.place.choices = [(_FIRST, gettext("before all others")), *after]
        if self.place.data is None:
            self.place.data = self.place.choices[-1][0]
        return self

    def card(self, known_as: str | None = None) -> StageCard:
        """What the form says; the name that it is `known_as`, in the reader's language, stays what it is."""
        name = self.name.data or ""
        if known_as is not None and name == stage_words(known_as):
            name = known_as
        return StageCard(name, StageType(self.type.data), StageColour(self.colour.data))

    @property
    def after_id(self) -> int:
        """The stage that it comes after; 0: none."""
        return int(self.place.data)


class EditStageForm(StageFields, VersionedForm):
    """The same, of a stage that exists."""


class RemoveStageForm(VersionedForm):
    """Where those go who stand in a stage that is removed."""

    to = SelectField(_("Where those go who stand in it"))
    lost_reason = text(
        _("Why they are lost"),
        LONGEST_REASON,
        help_text=_("Needed where they go to a lost stage; name no persons in it."),
    )

    def among(self, stage: PipelineStage, count: int) -> Any:
        """The same form, with the stages to choose from; none where nobody stands in it."""
        if not count:
            del self.to, self.lost_reason
            return self
        won = stage.type == StageType.WON
        others = [one for one in list_stages(db()) if one.id != stage.id and (one.type == StageType.WON) == won]
        self.to.choices = [(str(one.id), stage_words(one.name)) for one in others]
        return self

    def successor(self) -> Successor | None:
        """What the form says."""
        return Successor(int(self.to.data), self.lost_reason.data) if "to" in self else None


def stored_stage(stage: PipelineStage) -> Stored:
    """What the fields of `EditStageForm` would say of the stage."""
    card, ids = card_of(stage), [one.id for one in list_stages(db())]
    place = ids.index(stage.id)
    values = {
        "name": stage_words(card.name),
        "type": card.type.value,
        "colour": card.colour.value,
        "place": str(ids[place - 1]) if place else _FIRST,
    }
    return Stored(values, stage.version)
