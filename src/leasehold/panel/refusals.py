"""What the rest of the program refuses, said to the reader of the panel: in their language, without the command line.

The core speaks English and knows no gettext: an error's `code`, and its `problem` where one code has several
sentences, choose the sentence here; the other members of its context fill the places in it.
"""

from collections.abc import Mapping
from typing import Any, Final

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from leasehold.backups.errors import BackupError
from leasehold.kit.errors import DomainError
from leasehold.panel.administration.setting_words import words_of
from leasehold.panel.backups.failure_words import refusal_in_words
from leasehold.panel.refusal_words import SENTENCES
from leasehold.settings.errors import SettingsInvalid
from leasehold.settings.registry import find_setting

_FEATURE: Final = "The feature "
_A_FEATURE: Final[LazyString] = _("The feature %(name)s")


def sentence_for(error: DomainError) -> str:
    """What `error` says, in the reader's language; its own words where nobody has written a sentence for it."""
    if isinstance(error, SettingsInvalid):
        return " ".join(sentence_for(one) for one in error.errors.values())
    if isinstance(error, BackupError):
        return refusal_in_words(error)
    sentence = SENTENCES.get((error.code, error.context.get("problem")))
    if sentence is None:
        return error.detail
    try:
        return str(sentence) % _values(error)
    except KeyError:  # the error says less than the sentence needs
        return error.detail


def _values(error: DomainError) -> Mapping[str, Any]:
    """The members of the error's context as a sentence takes them in."""
    values = {name: _listed(value) for name, value in error.context.items()}
    if "what" in values:
        values["what"] = _subject(values["what"])
    if error.code == "setting_invalid":
        values["title"] = words_of(find_setting(values["name"])).title
    return values


def _listed(value: Any) -> Any:
    return ", ".join(map(str, value)) if isinstance(value, list) else value


def _subject(what: str) -> str:
    if what.startswith(_FEATURE):
        return str(_A_FEATURE) % {"name": what.removeprefix(_FEATURE)}
    return str(gettext(what))
