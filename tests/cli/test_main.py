"""The frame around the verbs: where options stand, what errors look like, how fast it starts."""

import json
import os
import pty
import socket
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from leasehold import __version__
from leasehold.cli.groups import GROUPS, RUN_VERBS
from tests.cli.conftest import Cli, run_cli
from tests.conftest import FreshDatabase

# Parts of the program that a short command has no use for.
_HEAVY = {"fastapi", "starlette", "flask", "alembic", "uvicorn", "gunicorn", "structlog", "prometheus_client"}


def _program(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("leasehold")), *arguments]
    return subprocess.run(
        command, env=os.environ | environment, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )


def test_help_names_every_verb_and_version_is_the_package_s() -> None:
    named = run_cli("--help").out
    assert all(f"\n  {name} " in named for name in (*GROUPS, *RUN_VERBS))
    assert run_cli("--version").out == f"leasehold {__version__}\n"


@pytest.mark.parametrize("name", GROUPS)
def test_every_verb_takes_the_common_options(name: str) -> None:
    group = import_module(GROUPS[name][0]).app
    assert group.registered_commands
    for command in group.registered_commands:
        shown = run_cli(name, str(command.name), "--help").out
        assert "--data-dir" in shown
        assert "--json" in shown
        assert "[OPTIONS]" in shown.splitlines()[0]


@pytest.mark.parametrize(
    "arguments",
    [
        ["--data-dir", "{}", "--json", "license", "list"],
        ["license", "--data-dir", "{}", "--json", "list"],
        ["license", "list", "--json", "--data-dir", "{}"],
        ["--data-dir", "/nowhere", "--json", "license", "list", "--data-dir", "{}"],
    ],
)
def test_common_options_stand_before_or_after_the_verb(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LEASEHOLD_DATABASE_URL", raising=False)
    monkeypatch.setenv("LEASEHOLD_DATA_DIR", "/elsewhere")
    answer = run_cli(*(argument.format(tmp_path / "none") for argument in arguments))
    assert (answer.status, answer.error["code"]) == (2, "configuration_invalid")
    assert f"no installation in {tmp_path / 'none'}:" in answer.error["detail"]
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("words", [["status"], ["doctor"], ["psql"], ["migrate"], ["license", "list"]], ids=" ".join)
def test_a_mistyped_data_directory_is_not_made(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LEASEHOLD_DATABASE_URL", raising=False)
    answer = run_cli(*words, "--data-dir", str(tmp_path / "none"))
    assert answer.status != 0
    assert not (tmp_path / "none").exists()


def test_the_environment_names_the_data_directory_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LEASEHOLD_DATABASE_URL", raising=False)
    monkeypatch.setenv("LEASEHOLD_DATA_DIR", str(tmp_path))
    answer = run_cli("license", "list")
    assert answer.status == 2
    assert answer.err.startswith(f"leasehold: There is no installation in {tmp_path}: ")
    assert answer.err.count("\n") == 1


def test_a_database_that_is_away_is_status_3(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setenv("LEASEHOLD_DATABASE_URL", f"postgresql://x:geheim@127.0.0.1:{taken.getsockname()[1]}/x")
        answer = cli("license", "list", "--json")
    assert (answer.status, answer.error["code"], answer.out) == (3, "database_unavailable", "")
    assert "leasehold up" in answer.error["detail"]
    assert "geheim" not in answer.err


def test_a_wrong_configuration_is_status_2(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEASEHOLD_DATABASE_URL", "mysql://localhost/x")
    answer = cli("license", "list")
    assert answer.status == 2
    assert answer.err.startswith("leasehold: LEASEHOLD_DATABASE_URL is not usable: must begin with postgresql://")


def test_a_database_without_a_schema_says_what_to_do(cli: Cli, fresh_database: FreshDatabase) -> None:
    with fresh_database.owner.connect(application="test") as connection:
        connection.execute("DROP TABLE licenses CASCADE")
    answer = cli("license", "list", "--json")
    assert (answer.status, answer.error["code"]) == (2, "schema_not_ready")
    assert "leasehold migrate" in answer.error["detail"]


def test_somebody_else_s_lock_is_waited_for_and_then_said(cli: Cli, fresh_database: FreshDatabase) -> None:
    key = cli("license", "create", "--customer", "Acme", "--product", "studio", "--json").json["license_key"]
    with fresh_database.owner.connect(application="test") as connection:
        connection.execute("SELECT FROM licenses FOR UPDATE")
        answer = cli("license", "suspend", key, "--json")
    assert (answer.status, answer.error["code"]) == (1, "busy")
    assert cli("license", "show", key, "--json").json["status"] == "active"


def test_the_installed_command(cli: Cli, fresh_database: FreshDatabase, tmp_path: Path) -> None:
    environment = {"LEASEHOLD_DATABASE_URL": fresh_database.url, "LEASEHOLD_DATA_DIR": str(tmp_path)}
    made = _program("customer", "create", "Käse", "--json", **environment)
    assert (made.returncode, made.stderr) == (0, "")
    assert json.loads(made.stdout)["name"] == "Käse"
    refused = _program("customer", "show", "Wurst", **environment)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == "leasehold: There is no customer 'Wurst': `leasehold customer list` names them all.\n"
    assert list(tmp_path.iterdir()) == []


def test_a_terminal_gets_a_table_and_is_asked_before_deleting(
    cli: Cli, fresh_database: FreshDatabase, tmp_path: Path
) -> None:
    key = cli("license", "create", "--customer", "[b]Acme[/b]", "--product", "studio", "--json").json["license_key"]
    environment = {"LEASEHOLD_DATABASE_URL": fresh_database.url, "LEASEHOLD_DATA_DIR": str(tmp_path)}
    assert "[b]Acme[/b]" in _at_a_terminal("customer", "list", answer="", **environment)
    assert "Delete license" in _at_a_terminal("license", "delete", key, answer="n\n", **environment)
    assert cli("license", "show", key, "--json").status == 0
    _at_a_terminal("license", "delete", key, answer="y\n", **environment)
    assert cli("license", "show", key, "--json").status == 1


def _at_a_terminal(*arguments: str, answer: str, **environment: str) -> str:
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [str(Path(sys.executable).with_name("leasehold")), *arguments],
        env=os.environ | environment,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    ) as process:
        os.close(theirs)
        os.write(ours, answer.encode())
        said = b""
        try:
            while part := os.read(ours, 4096):
                said += part
        except OSError:  # the other end was closed
            pass
        process.wait(timeout=30)
    os.close(ours)
    return said.decode()


def test_a_short_command_loads_nothing_heavy() -> None:
    modules = [module for module, _ in GROUPS.values()]
    program = f"import sys, {', '.join(modules)}; print(*{_HEAVY} & sys.modules.keys())"
    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert printed.stdout.split() == []


def test_help_loads_no_group_at_all() -> None:
    program = "import sys; from leasehold.cli.main import application; application(['--help']); print(*sys.modules)"
    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not {"sqlalchemy", "psycopg", "pydantic", "rich"} & set(printed.stdout.split())
