"""What is done to many institutions of a list at once."""

from collections.abc import Callable
from typing import Any, Final

from flask_babel import lazy_gettext as _
from flask_babel import ngettext
from flask_babel.speaklater import LazyString
from sqlalchemy.orm import Session
from wtforms import Form, SelectField, StringField
from wtforms.validators import ValidationError

from leasehold.customers.care import add_tags, look_after, remove_tags
from leasehold.customers.institutions import archive_institution, bring_back_institution
from leasehold.kit.listing import row_number
from leasehold.leads.pipeline import move_to_stage
from leasehold.panel.fields import text
from leasehold.panel.institutions.forms import LONGEST_TAGS, MoveManyForm, staff_choices
from leasehold.panel.lists.table import BulkAct
from leasehold.panel.rights import Right
from leasehold.panel.saving import PanelForm


class OwnerForm(PanelForm):
    """Who looks after them."""

    owner = SelectField(_("Looked after by"), choices=staff_choices, default="")


class TagsForm(PanelForm):
    """Which tags."""

    tags = text(_("Tags"), LONGEST_TAGS, required=True, help_text=_("Words to find it by, with commas between them."))

    @property
    def given(self) -> list[str]:
        """Each of them."""
        return (self.tags.data or "").split(",")

    def validate_tags(self, _field: StringField) -> None:
        """Commas alone name none."""
        if not any(tag.strip() for tag in self.given):
            raise ValidationError(_("Name at least one tag."))


def _give(session: Session, key: str, form: Any) -> None:
    look_after(session, row_number(key), int(form.owner.data) if form.owner.data else None)


def _tag(session: Session, key: str, form: Any) -> None:
    add_tags(session, row_number(key), form.given)


def _untag(session: Session, key: str, form: Any) -> None:
    remove_tags(session, row_number(key), form.given)


def _move(session: Session, key: str, form: Any) -> None:
    move_to_stage(session, row_number(key), int(form.stage.data), lost_reason=form.lost_reason.data)


def _archive(session: Session, key: str, _form: Any) -> None:
    archive_institution(session, row_number(key))


def _bring_back(session: Session, key: str, _form: Any) -> None:
    bring_back_institution(session, row_number(key))


def _act(
    name: str,
    title: LazyString,
    question: Callable[[int], str],
    run: Callable[[Session, str, Any], None],
    *,
    icon: str,
    form: type[Form] | None = None,
    guarded: bool = False,
) -> BulkAct:
    return BulkAct(name, title, question, run, Right.CHANGE_CUSTOMERS, form=form, icon=icon, guarded=guarded)


INSTITUTION_ACTS: Final = (
    _act(
        "owner",
        _("Give to somebody"),
        lambda count: ngettext("Who looks after %(num)s institution?", "Who looks after %(num)s institutions?", count),
        _give,
        icon="users",
        form=OwnerForm,
        guarded=True,
    ),
    _act(
        "move",
        _("Move to a stage"),
        lambda count: ngettext("Where does %(num)s lead stand?", "Where do %(num)s leads stand?", count),
        _move,
        icon="columns",
        form=MoveManyForm,
    ),
    _act(
        "tag",
        _("Add tags"),
        lambda count: ngettext(
            "Which tags does %(num)s institution get?", "Which tags do %(num)s institutions get?", count
        ),
        _tag,
        icon="plus",
        form=TagsForm,
    ),
    _act(
        "untag",
        _("Take tags off"),
        lambda count: ngettext(
            "Which tags are taken off %(num)s institution?", "Which tags are taken off %(num)s institutions?", count
        ),
        _untag,
        icon="x",
        form=TagsForm,
        guarded=True,
    ),
    _act(
        "archive",
        _("Archive"),
        lambda count: ngettext("Archive %(num)s institution?", "Archive %(num)s institutions?", count),
        _archive,
        icon="archive",
    ),
    _act(
        "bring_back",
        _("Bring back"),
        lambda count: ngettext(
            "Take %(num)s institution out of the archive?", "Take %(num)s institutions out of the archive?", count
        ),
        _bring_back,
        icon="refresh",
    ),
)
