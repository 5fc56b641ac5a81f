"""The command line in this process, on a database of the test's own."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from leasehold.cli.main import application
from tests.conftest import FreshDatabase


@dataclass(frozen=True)
class Answer:
    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        assert self.status == 0, self.err
        return json.loads(self.out)

    @property
    def error(self) -> dict[str, Any]:
        assert self.status != 0, self.out
        said: dict[str, Any] = json.loads(self.err)["error"]
        return said


Cli = Callable[..., Answer]


def run_cli(*arguments: str, stdin: str | None = None) -> Answer:
    result = CliRunner().invoke(application(arguments), arguments, input=stdin, catch_exceptions=False)
    return Answer(result.exit_code, result.stdout, result.stderr)


@pytest.fixture
def cli(fresh_database: FreshDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    monkeypatch.setenv("LEASEHOLD_DATABASE_URL", fresh_database.url)
    monkeypatch.setenv("LEASEHOLD_DATA_DIR", str(tmp_path))
    return run_cli
