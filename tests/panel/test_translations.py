"""The German catalogue says everything that the code says, and nothing else."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
CATALOGUE = ROOT / "src/leasehold/panel/translations/de/LC_MESSAGES/messages.po"
_KEYWORDS = dict.fromkeys(("_", "gettext", "lazy_gettext", "_l")) | {"ngettext": (1, 2)}
_PLACEHOLDER = re.compile(r"%\(\w+\)s")


def _said_by_the_code() -> set[str]:
    """The msgids that `make translations` finds."""
    mappings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["babel"]["mappings"]
    methods = [(part["pattern"], part["method"]) for part in mappings]
    found = extract_from_dir(str(ROOT / "src/leasehold"), methods, keywords=_KEYWORDS)
    return {message if isinstance(message, str) else message[0] for _, _, message, _, _ in found}


def _messages() -> Iterator[Message]:
    with CATALOGUE.open("rb") as file:
        catalogue: Catalog = read_po(file, locale="de")
    yield from (message for message in catalogue if message.id)


def _texts(of: object) -> list[str]:
    return [of] if isinstance(of, str) else list(of)  # type: ignore[call-overload]  # singular and plural


def test_the_catalogue_has_what_the_code_says_and_nothing_else() -> None:
    known = {_texts(message.id)[0] for message in _messages()}
    said = _said_by_the_code()
    assert len(said) > 500
    assert (said - known, known - said) == (set(), set())


def test_everything_is_translated() -> None:
    missing = [m.id for m in _messages() if m.fuzzy or not m.string or not all(_texts(m.string))]
    assert missing == []


def test_placeholders_survive() -> None:
    lost = [
        message.id
        for message in _messages()
        for text in _texts(message.string)
        if not set(_PLACEHOLDER.findall(text)) <= set(_PLACEHOLDER.findall(" ".join(_texts(message.id))))
        or (isinstance(message.id, str) and set(_PLACEHOLDER.findall(text)) != set(_PLACEHOLDER.findall(message.id)))
    ]
    assert lost == []


@pytest.mark.parametrize(
    ("english", "german"),
    [
        ("License server administration", "Lizenzserver Administration"),
        ("Generate system API key", "System-API-Key generieren"),
    ],
)
def test_the_vendors_own_words(english: str, german: str) -> None:
    assert [message.string for message in _messages() if message.id == english] == [german]
