"""Every failure of a backup is put into words for people, in German too."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import Babel, force_locale

import leasehold
from leasehold.backups import errors
from leasehold.backups.errors import BackupError, DiskFull, ExitStatus
from leasehold.panel.backups.failure_words import CODES, end_in_words, failure_in_words
from leasehold.panel.refusals import sentence_for

SOURCES = [Path(leasehold.__file__).parent / folder for folder in ("backups", "panel/backups", "cli")]


def _codes() -> set[str]:
    """The codes that errors of backups are made with, and those that git's words stand for."""
    return {str(code.value) for call in _calls() for code in _code_of(call) if isinstance(code, ast.Constant)}


def _calls() -> Iterator[ast.Call]:
    for file in (file for folder in SOURCES for file in folder.rglob("*.py")):
        yield from (node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call))


def _code_of(call: ast.Call) -> list[ast.expr]:
    name = ast.unparse(call.func)
    if name == "_meaning":
        return call.args[2:3]
    kind = getattr(errors, name, None)
    raised = (isinstance(kind, type) and issubclass(kind, BackupError)) or name in {"ArchiveMoved", "super().__init__"}
    return call.args[:1] if raised and len(call.args) == 2 else []


@pytest.fixture
def german() -> Iterator[None]:
    app = Flask("leasehold.panel")
    Babel(app)
    with app.test_request_context(), force_locale("de"):
        yield


def test_every_code_has_its_words(german: None) -> None:
    codes = _codes()
    assert len(codes) > 30
    assert sorted(codes ^ set(CODES)) == []
    assert all(failure_in_words(code) for code in codes)


def test_every_end_has_its_words(german: None) -> None:
    said = [end_in_words(status) for status in (None, 0, *ExitStatus)]
    assert len(set(said)) == len(said)


def test_a_german_reads_what_it_means_and_what_the_program_said(german: None) -> None:
    said = sentence_for(DiskFull("disk_full", "There is no room left on /srv."))
    assert said == "Auf der Festplatte ist nicht genug Platz. (There is no room left on /srv.)"
