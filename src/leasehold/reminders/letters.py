"""Letters out of templates: one for each kind of reminder and language, whose first line is the subject."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from babel.dates import format_date
from jinja2 import Environment, PackageLoader, StrictUndefined

from leasehold.customers.vocabulary import Language

_LOCALES = {Language.DE: "de", Language.EN: "en_GB"}
_TEMPLATES = Environment(  # noqa: S701  # plain text: there is nothing to escape
    loader=PackageLoader("leasehold.reminders", "templates"),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail's subject, in one line, and its text."""

    subject: str
    text: str


def write_letter(name: str, language: Language, **values: Any) -> Letter:
    """The letter of that name in that language."""
    rendered = _TEMPLATES.get_template(f"{name}.{language.value}.txt.j2").render(values)
    subject, _, text = rendered.partition("\n")
    return Letter(" ".join(subject.split()), text.lstrip("\n"))


def day_in_words(day: date, language: Language) -> str:
    """The day as it is written out."""
    return str(format_date(day, "long", locale=_LOCALES[language]))
