"""`leasehold audit …`."""

import json
import shlex
import stat
from pathlib import Path

import pytest

from leasehold.audit.checkpoints import WITNESS_NAME
from tests.audit.log import Log
from tests.cli.conftest import Cli
from tests.conftest import FreshDatabase
from tests.guide.pages import shown


@pytest.fixture
def log(fresh_database: FreshDatabase, tmp_path: Path) -> Log:
    return Log(fresh_database, tmp_path)


def test_verify_says_whole_and_names_the_first_broken_row(cli: Cli, log: Log) -> None:
    log.write("a", "b")
    log.seal_in_quiet()
    assert cli("audit", "verify", "--json").json == {
        "whole": True,
        "rows": 4,
        "sealed": 4,
        "unsealed": 0,
        "checkpoints": 2,
        "warning": None,
        "first_broken": None,
    }
    with log.tampering() as superuser:
        superuser.execute("UPDATE audit_log SET actor = 'cli:somebody' WHERE id = 3")
    answer = cli("audit", "verify", "--json")
    assert answer.status == 1
    assert json.loads(answer.out)["first_broken"] == {
        "what": "row_changed",
        "detail": "Row 3 says something else than when it was sealed.",
        "audit_id": 3,
        "position": 3,
    }
    assert "Row 3 says something else" in cli("audit", "verify").out


def test_a_kept_checkpoint_finds_what_was_rolled_back(cli: Cli, log: Log, tmp_path: Path) -> None:
    assert cli("audit", "checkpoint", "--json").error["code"] == "checkpoint_not_found"
    log.write("a", "b")
    log.seal_in_quiet()
    assert stat.S_IMODE((tmp_path / WITNESS_NAME).stat().st_mode) == 0o600
    kept = cli("audit", "checkpoint", "--json").json
    assert (kept["number"], kept["size"], kept["final_id"]) == (2, 4, 4)
    (tmp_path / "kept").write_text(kept["token"])
    assert cli("audit", "verify", "--checkpoint", str(tmp_path / "kept")).status == 0
    with log.tampering() as superuser:
        superuser.execute("TRUNCATE audit_log, audit_personal_values, audit_seals, audit_checkpoints")
    (tmp_path / WITNESS_NAME).unlink()
    assert cli("audit", "verify").status == 0
    answer = cli("audit", "verify", "--json", "--checkpoint", str(tmp_path / "kept"))
    assert (answer.status, json.loads(answer.out)["first_broken"]["what"]) == (1, "truncated")
    assert cli("audit", "verify", "--checkpoint", str(tmp_path / "none")).status == 2


def test_list_shows_what_was_done_newest_first(cli: Cli, log: Log) -> None:
    log.write("a", "b")
    cli("customer", "create", "Acme")
    everything = cli("audit", "list", "--json").json
    assert [row["id"] for row in everything] == sorted((row["id"] for row in everything), reverse=True)
    assert [row["after"]["slug"] for row in cli("audit", "list", "--table", "products", "--json").json] == ["b", "a"]
    assert len(cli("audit", "list", "--limit", "1", "--json").json) == 1
    (first,) = cli("audit", "list", "--table", "products", "--row", "1", "--actor", "cli:test", "--json").json
    assert (first["action"], first["address"]) == ("insert", "192.0.2.7")
    assert cli("audit", "list", "--action", "delete", "--json").json == []
    assert cli("audit", "list", "--since", "2999-01-01", "--json").json == []
    assert "Zaphod" not in cli("audit", "list", "--json").out


def test_a_restored_backup_is_accepted_with_a_reason_and_the_evidence_is_kept(
    cli: Cli, log: Log, tmp_path: Path
) -> None:
    log.write("a")
    log.seal_in_quiet()
    assert cli("audit", "accept", "--reason", "x", "--json").error["code"] == "nothing_to_accept"
    log.write("b")
    log.seal_in_quiet()
    with log.tampering() as superuser:
        for table, column in (("audit_log", "id"), ("audit_personal_values", "audit_id"), ("audit_seals", "position")):
            superuser.execute(f"DELETE FROM {table} WHERE {column} > 2")
        superuser.execute("DELETE FROM audit_checkpoints WHERE number > 2")
    log.write("c")
    log.seal_in_quiet()
    assert cli("audit", "verify").status == 1
    (accept,) = shown("docs/audit.md", "leasehold audit accept")
    done = cli(*shlex.split(accept)[1:], "--json").json
    assert done["kept_size"] == 4
    assert Path(done["put_aside"]).exists()
    log.seal_in_quiet()
    assert cli("audit", "verify").status == 0
    (row,) = cli("audit", "list", "--action", "accept_rollback", "--json").json
    assert (row["after"]["reason"], row["after"]["kept_size"]) == (shlex.split(accept)[-1], 4)
    with log.tampering() as superuser:
        superuser.execute("UPDATE audit_log SET actor = 'cli:somebody' WHERE id = 1")
    assert cli("audit", "accept", "--reason", "x", "--json").error["code"] == "audit_broken"
