from leasehold.kit.database import Database
from leasehold.migrations.runner import migrate
from leasehold.migrations.state import schema_state


class _Refuses:
    def before_change(self, reason: str) -> None:
        raise AssertionError(reason)


def test_a_migrated_schema_needs_nothing_and_asks_for_no_backup(database: Database) -> None:
    assert schema_state(database).problem is None
    assert migrate(database, _Refuses()) == []
