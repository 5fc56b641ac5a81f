"""The sentences of what is refused about conversion, duplicates and merges."""

from typing import Final

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

OF_JOINING: Final[dict[tuple[str, str | None], LazyString]] = {
    ("institution_merged", None): _(
        "“%(name)s” was merged into institution %(into)s: do it there, or undo the merge first."
    ),
    ("institution_archived", None): _("“%(name)s” is archived: bring it back first."),
    ("not_a_customer", None): _("“%(name)s” is no customer: there is nothing to take back."),
    ("duplicate_of_itself", None): _("Both are the same institution: name two."),
    ("merge_refused", "into_itself"): _("An institution cannot be merged into itself: name two."),
    ("merge_refused", "winner_archived"): _("“%(name)s” is archived: bring it back first, or merge it into the other."),
    ("merge_refused", "winner_below"): _(
        "“%(name)s” stands below “%(other)s” with another between them, so it would stand above itself: give it "
        "another parent first, or merge the other way round."
    ),
    ("merge_refused", "parent_below"): _(
        "The parent of “%(other)s” is “%(name)s” or stands below it: keep the winner's parent."
    ),
    ("merge_field_unknown", None): _("There is no choice of “%(name)s”: the fields are %(known)s."),
    ("not_merged", None): _("“%(name)s” was not merged into another, or that was undone: there is nothing to undo."),
    ("unmerge_refused", "too_late"): _(
        "The merge was made more than %(days)s days ago, so it stays: make a new institution instead."
    ),
    ("unmerge_refused", "winner_merged"): _("“%(name)s” was merged into another since: undo that merge first."),
    ("unmerge_refused", "moved_on"): _(
        "%(count)s rows (%(table)s) that came with the merge belong to others since, so nothing was undone: give them "
        "back first, or leave the merge as it is."
    ),
    ("unmerge_refused", "circle"): _("“%(name)s” would stand above itself by now: give it another parent first."),
}
