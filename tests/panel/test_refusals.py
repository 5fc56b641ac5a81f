"""What the core refuses is said in the reader's language: every code, every problem, every part of the sentence."""

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_babel import Babel, force_locale

import leasehold
from leasehold.imports.errors import FileRefused, RowsRefused
from leasehold.kit.errors import DomainError, Kind
from leasehold.kit.text import clean_text
from leasehold.licensing.errors import device_not_registered, limits_invalid, session_not_found
from leasehold.licensing.features import changed_features
from leasehold.licensing.vocabulary import GRANTED, Code
from leasehold.panel.refusal_words import SENTENCES, SUBJECTS
from leasehold.panel.refusals import sentence_for
from leasehold.privacy.vocabulary import RetentionKind
from leasehold.resources.errors import ValueInvalid
from leasehold.resources.values.normal import ValueRules, normal_value
from leasehold.resources.vocabulary import ResourceKind, ResourceState
from leasehold.settings.errors import SettingsInvalid
from leasehold.settings.registry import SETTINGS, find_setting

SOURCE = Path(leasehold.__file__).parent
CAPABILITIES = (
    "api_keys",
    "audit",
    "customers",
    "imports",
    "kit",
    "leads",
    "licensing",
    "operations",
    "reminders",
    "privacy",
    "resources",
    "settings",
    "staff",
)
_SAMPLES: dict[object, object] = {
    str: "sample",
    int: 7,
    Sequence[int]: [7, 8],
    Sequence[str]: ["sample"],
    ResourceKind: ResourceKind.PHONE,
    ResourceState: ResourceState.ALLOCATED,
    RetentionKind: RetentionKind.LEAD_CONTACTS,
    datetime: datetime(2026, 1, 31, tzinfo=UTC),
}
# Whose sentence is chosen by a problem that its caller names.
_BY_PROBLEM = (ValueInvalid, FileRefused, RowsRefused)


@pytest.fixture(params=["en", "de"])
def reader(request: pytest.FixtureRequest) -> Iterator[str]:
    """Somebody who reads this language."""
    app = Flask("leasehold.panel")
    Babel(app)
    with app.test_request_context(), force_locale(request.param):
        yield request.param


def test_every_code_has_a_sentence_and_every_sentence_a_code() -> None:
    refusals = {code.value for code in Code if code not in GRANTED}
    assert {str(code) for code, _problem in SENTENCES} == _codes() | refusals


def test_every_problem_has_a_sentence_and_every_sentence_a_problem() -> None:
    assert {problem for _code, problem in SENTENCES if problem} == set(_problems())


def test_subjects_are_those_that_the_capabilities_name() -> None:
    said = {
        keyword.value.value
        for call in _calls("clean_text", "clean_paragraphs")
        for keyword in call.keywords
        if keyword.arg == "what" and isinstance(keyword.value, ast.Constant)
    }
    assert {str(subject) for subject in SUBJECTS} == said


def test_what_always_says_the_same_has_its_sentence(reader: str) -> None:
    errors = [*_plain_errors(), limits_invalid(), device_not_registered(), session_not_found()]
    assert len(errors) > 20
    _said_well(errors, reader)


def test_what_depends_on_what_was_typed_has_its_sentences(reader: str) -> None:
    errors = [
        _refusal_of(lambda text=text: clean_text(text, what="The note", longest=5)) for text in ("", "\0", "sixsix")
    ]
    errors += [_refusal_of(lambda change=change: changed_features({}, change)) for change in _IMPOSSIBLE_FEATURES]
    errors += [_refusal_of(lambda value=value: _normal(*value)) for value in _IMPOSSIBLE_VALUES]
    errors += [_refusal_of(lambda setting=setting: setting.parse("nev\0er")) for setting in SETTINGS]
    errors += [_refusal_of(lambda text=text: find_setting(text[0]).parse(text[1])) for text in _IMPOSSIBLE_TEXTS]
    _said_well(errors, reader)


def test_several_settings_are_refused_together(reader: str) -> None:
    errors = {one.name: _refusal_of(lambda one=one: one.parse("never")) for one in SETTINGS[:2]}
    said = sentence_for(SettingsInvalid(errors))  # type: ignore[arg-type]  # that is what `parse` raises
    assert said == " ".join(sentence_for(error) for error in errors.values())


def test_what_nobody_wrote_a_sentence_for_keeps_its_own(reader: str) -> None:
    for code in ("unheard_of", "product_not_found"):
        assert sentence_for(DomainError(Kind.CONFLICT, code, "Its own words.")) == "Its own words."


def test_a_german_reads_german() -> None:
    app = Flask("leasehold.panel")
    Babel(app)
    error = _refusal_of(lambda: clean_text("", what="The reason", longest=5))
    with app.test_request_context(), force_locale("de"):
        assert sentence_for(error) == "Der Grund ist leer: Mindestens ein Zeichen ist nötig."


_IMPOSSIBLE_FEATURES: tuple[dict[str, Any], ...] = (
    {"no name!": True},
    {"pi": float("inf")},
    {"text": "\0"},
    {f"number-{number}": True for number in range(101)},
)

_IMPOSSIBLE_VALUES = (
    (ResourceKind.DOMAIN, "exa mple.com"),
    (ResourceKind.DOMAIN, "ex_ample.com"),
    (ResourceKind.IPV4, "010.0.0.1"),
    (ResourceKind.IPV4, "::1"),
    (ResourceKind.PHONE, "030 1234567"),
    (ResourceKind.PHONE, "4.93E+11"),
)

_IMPOSSIBLE_TEXTS = (
    ("backup_archive", "ext::sh"),
    ("backup_ssh_key", "key"),
    ("backup_author_name", "<>"),
    ("backup_author_email", "nobody"),
    ("backup_time", "25:00"),
)


def _normal(kind: ResourceKind, text: str) -> str:
    return normal_value(text, ValueRules(kind))


def _said_well(errors: Sequence[DomainError], language: str) -> None:
    for error in errors:
        said = sentence_for(error)
        assert "`" not in said, said
        assert "%(" not in said, said
        assert (error.code, error.context.get("problem")) in SENTENCES
        if language == "de":
            assert said != error.detail


def _refusal_of(ask: Any) -> DomainError:
    with pytest.raises(DomainError) as refused:
        ask()
    return refused.value


def _plain_errors() -> list[DomainError]:
    """One of each class whose sentence is its own."""
    for capability in CAPABILITIES:
        package = importlib.import_module(f"leasehold.{capability}")
        for module in pkgutil.iter_modules(package.__path__, f"leasehold.{capability}."):
            importlib.import_module(module.name)
    found = []
    for kind in DomainError.__subclasses__():
        parameters = list(inspect.signature(kind).parameters.values())
        if kind in _BY_PROBLEM or {"detail", "errors"} & {one.name for one in parameters}:
            continue
        if kind.__module__.split(".")[1] in CAPABILITIES:
            by_place = [_SAMPLES[one.annotation] for one in parameters if one.kind is not one.KEYWORD_ONLY]
            by_name = {one.name: _SAMPLES[one.annotation] for one in parameters if one.kind is one.KEYWORD_ONLY}
            found.append(kind(*by_place, **by_name))  # type: ignore[arg-type]
    return found


def _trees(*packages: str) -> Iterator[ast.AST]:
    for package in packages:
        for file in (SOURCE / package).rglob("*.py"):
            yield from ast.walk(ast.parse(file.read_text()))


def _calls(*names: str) -> Iterator[ast.Call]:
    """The calls of what is named so; of anything where no name is given."""
    for node in _trees(*CAPABILITIES, "panel"):
        if isinstance(node, ast.Call) and (not names or ast.unparse(node.func) in names):
            yield node


def _words(*nodes: ast.expr) -> Iterator[str]:
    """Those of `nodes` that are spelled out."""
    yield from (node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))


def _codes() -> set[str]:
    """The codes that are spelled out where an error is made: after its kind, or first where the class has many."""
    after_kind = (call.args[1:2] for call in _calls() if call.args and ast.unparse(call.args[0]).startswith("Kind."))
    first = (call.args[:1] for call in _calls("LicenseInvalid", "ResourceInvalid"))
    return {word for nodes in (*after_kind, *first) for word in _words(*nodes)}


def _problems() -> Iterator[str]:
    """What is said under the key `problem`, the weaknesses of a password, what a value or a file is refused for."""
    for node in _trees(*CAPABILITIES, "panel"):
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "problem":
                    yield from _words(value)
    for call in _calls("Weakness", "ValueInvalid", "FileRefused", "RequestInvalid", "KeepInvalid"):
        yield from _words(*call.args[:1])
    for node in _trees("resources/values"):  # a problem and its reason, chosen before the error is made
        if isinstance(node, ast.Tuple) and len(words := list(_words(*node.elts))) == 2 and " " in words[1]:
            yield words[0]
    yield from ResourceState
