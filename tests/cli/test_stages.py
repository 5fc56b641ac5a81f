"""The stages of leads on the command line."""

from tests.cli.conftest import Cli


def test_stages_are_added_changed_and_removed_after_a_backup(cli: Cli) -> None:
    added = cli("stage", "add", "Demo", "--colour", "pink", "--after", "contacted", "--json").json
    assert added == {"id": 8, "name": "Demo", "type": "open", "colour": "pink"}
    edited = cli("stage", "edit", "demo", "--rename", "Trial", "--type", "on_hold", "--first", "--json").json
    assert (edited["name"], edited["type"], edited["colour"]) == ("Trial", "on_hold", "pink")
    lead = cli("institution", "create", "Acme", "--json").json
    assert (lead["stage"], cli("stage", "list", "--json").json[0]["name"]) == ("New", "Trial")
    assert cli("stage", "remove", "New", "--json").error["code"] == "stages_refused"
    moved = cli("stage", "remove", "New", "--move-to", "Lost", "--reason", "Gave up", "--json").json
    assert (moved["name"], moved["moved"]) == ("New", 1)
    assert [one["reason"] for one in cli("backup", "list", "--json").json] == ["before the removal of a stage of leads"]
    shown = cli("institution", "show", "Acme", "--json").json
    assert (shown["stage"], [stay["stage"] for stay in shown["stages"]]) == ("Lost", ["Lost", "New"])
    assert cli("stage", "remove", "Trial", "--json").json["moved"] == 0
    assert cli("stage", "edit", "New", "--rename", "x", "--json").error["code"] == "stage_not_found"
    assert cli("stage", "add", "OFFER", "--json").error["code"] == "stage_name_taken"
    assert cli("stage", "add", "x", "--first", "--after", "Offer").status != 0
