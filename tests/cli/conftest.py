"""The command line in this process, on a database of the test's own."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from leasehold.cli.main import application
from leasehold.kit.actor import Actor
from leasehold.kit.database import Database, Role
from leasehold.kit.orm import engine_of, transaction
from leasehold.licensing.commands import Activate, Command, StartSession
from leasehold.licensing.outcomes import Outcome
from leasehold.licensing.run_one import run_one
from leasehold.licensing.vocabulary import DeviceType
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
CLIENT = Actor("api-key:test")
FINGERPRINTS = [f"fingerprint-{number:05}" for number in range(10)]


class Vendor:
    """What the vendor's software does meanwhile."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def activate(self, license_key: str, fingerprint: str) -> str:
        return self._run(Activate(license_key, fingerprint, "Jörg's laptop", DeviceType.LAPTOP)).code.value

    def start(self, license_key: str, fingerprint: str) -> str:
        session = self._run(StartSession(license_key, fingerprint)).session
        assert session is not None
        return str(session.session_token)

    def _run(self, command: Command) -> Outcome:
        with transaction(self._database, CLIENT) as session:
            return run_one(session, command, CLIENT)


def run_cli(*arguments: str, stdin: str | None = None) -> Answer:
    result = CliRunner().invoke(application(arguments), arguments, input=stdin, catch_exceptions=False)
    return Answer(result.exit_code, result.stdout, result.stderr)


@pytest.fixture
def cli(fresh_database: FreshDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    monkeypatch.setenv("LEASEHOLD_DATABASE_URL", fresh_database.url)
    monkeypatch.setenv("LEASEHOLD_DATA_DIR", str(tmp_path))
    return run_cli


@pytest.fixture
def vendor(fresh_database: FreshDatabase) -> Iterator[Vendor]:
    database = fresh_database.as_role(Role.SERVER)
    yield Vendor(database)
    engine_of(database).dispose()
