from datetime import UTC, datetime, timedelta

import pytest

from leasehold.api_keys.errors import ApiKeyInvalid, ApiKeyNameTaken, ApiKeyNotFound
from leasehold.api_keys.key_format import digest, is_well_formed
from leasehold.api_keys.service import create_api_key, list_api_keys, revoke_api_key
from leasehold.kit.actor import Actor
from leasehold.kit.database import Connection, Database
from leasehold.kit.errors import DomainError
from leasehold.kit.orm import transaction

ACTOR = Actor("cli:test")


def _epoch(connection: Connection) -> object:
    row = connection.execute("SELECT api_key_epoch FROM runtime").fetchone()
    return row and row[0]


def test_a_key_is_kept_as_its_digest_alone(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        key, text = create_api_key(session, name=" shop ", scopes=["license"])
        assert is_well_formed(text)
        assert (key.name, key.digest, key.hint, key.scopes) == ("shop", digest(text), text[-4:], ["license"])
    with database.connect(application="test") as connection:
        everything = connection.execute("SELECT k::text FROM api_keys k UNION ALL SELECT a::text FROM audit_log a")
        assert not [row for row in everything if text in str(row[0])]


def test_a_name_is_free_again_after_revoking(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        first, _ = create_api_key(session, name="shop", scopes=["license"])
        with pytest.raises(ApiKeyNameTaken):
            create_api_key(session, name="shop", scopes=["metrics"])
        assert revoke_api_key(session, "shop").id == first.id
        with pytest.raises(ApiKeyNotFound):
            revoke_api_key(session, "shop")
        second, _ = create_api_key(session, name="shop", scopes=["metrics", "license", "license"])
        assert second.scopes == ["license", "metrics"]
        assert [key.revoked_at is None for key in list_api_keys(session)] == [False, True]


def test_revoking_by_id_again_changes_nothing_and_each_change_moves_the_epoch(database: Database) -> None:
    with database.connect(application="test", autocommit=True) as connection:
        epochs = [_epoch(connection)]
        with transaction(database, ACTOR) as session:
            key, _ = create_api_key(session, name="shop", scopes=["license"])
        epochs.append(_epoch(connection))
        with transaction(database, ACTOR) as session:
            at = revoke_api_key(session, str(key.id)).revoked_at
        epochs.append(_epoch(connection))
        with transaction(database, ACTOR) as session:
            assert revoke_api_key(session, str(key.id)).revoked_at == at
        assert len(set(epochs)) == 3
        assert _epoch(connection) == epochs[-1]


@pytest.mark.parametrize("name", ["", "  ", "4711", "a\nb", "a\x00", "x" * 81])
def test_names_that_cannot_be_are_refused(database: Database, name: str) -> None:
    with transaction(database, ACTOR) as session, pytest.raises(DomainError):
        create_api_key(session, name=name, scopes=["license"])


@pytest.mark.parametrize("scopes", [[], ["admin"], ["license", "everything"], [""]])
def test_scopes_that_there_are_not_are_refused(database: Database, scopes: list[str]) -> None:
    with transaction(database, ACTOR) as session, pytest.raises(ApiKeyInvalid):
        create_api_key(session, name="shop", scopes=scopes)


def test_a_key_must_expire_in_the_future(database: Database) -> None:
    now = datetime.now(UTC)
    with transaction(database, ACTOR) as session:
        with pytest.raises(ApiKeyInvalid):
            create_api_key(session, name="shop", scopes=["license"], expires_at=now - timedelta(minutes=1))
        key, _ = create_api_key(session, name="shop", scopes=["license"], expires_at=now + timedelta(days=1))
        assert key.expires_at == now + timedelta(days=1)
