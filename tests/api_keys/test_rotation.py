from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from leasehold.api_keys.errors import (
    ApiKeyChanged,
    ApiKeyInvalid,
    ApiKeyMadeAlready,
    ApiKeyNameTaken,
    ApiKeyNotFound,
    ApiKeyNotRotatable,
)
from leasehold.api_keys.models import ApiKey
from leasehold.api_keys.rotation import rotate_api_key, successor_of
from leasehold.api_keys.service import create_api_key, find_api_key, rename_api_key, revoke_api_key
from leasehold.api_keys.states import ApiKeyState, has_state, state_of
from leasehold.kit.actor import Actor
from leasehold.kit.database import Database
from leasehold.kit.orm import transaction

ACTOR = Actor("cli:test")


def test_old_and_new_bear_one_name_and_work_side_by_side(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        old, old_text = create_api_key(session, name="shop", scopes=["metrics"])
        new, text = rotate_api_key(session, "shop", overlap_hours=2)
        assert (new.name, new.scopes, new.rotated_from, new.expires_at) == ("shop", ["metrics"], old.id, None)
        assert text != old_text
        assert old.expires_at is not None
        assert timedelta(hours=1.9) < old.expires_at - datetime.now(UTC) <= timedelta(hours=2)
        assert state_of(old, datetime.now(UTC)) is ApiKeyState.ROTATING
        assert find_api_key(session, "shop").id == new.id
        assert successor_of(session, old) is new
        with pytest.raises(ApiKeyNotRotatable):
            rotate_api_key(session, str(old.id))
        third, _ = rotate_api_key(session, "shop")
        assert third.rotated_from == new.id


def test_the_new_key_expires_when_the_old_one_would_have(database: Database) -> None:
    ends = datetime.now(UTC) + timedelta(hours=5)
    with transaction(database, ACTOR) as session:
        old, _ = create_api_key(session, name="shop", scopes=["license"], expires_at=ends)
        new, _ = rotate_api_key(session, "shop", overlap_hours=24)
        assert (old.expires_at, new.expires_at) == (ends, ends)
        later, _ = rotate_api_key(session, "shop", overlap_hours=0, expires_at=ends + timedelta(days=1))
        assert later.expires_at == ends + timedelta(days=1)
        assert state_of(new, datetime.now(UTC)) is ApiKeyState.EXPIRED


def test_revoking_by_name_leaves_none_of_that_name_in_use(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        create_api_key(session, name="shop", scopes=["license"])
        rotate_api_key(session, "shop")
        create_api_key(session, name="other", scopes=["license"])
        revoke_api_key(session, "shop")
        session.expire_all()
        in_use = session.scalars(select(ApiKey.name).where(ApiKey.revoked_at.is_(None))).all()
        assert in_use == ["other"]
        with pytest.raises(ApiKeyNotFound):
            rotate_api_key(session, "shop")
        with pytest.raises(ApiKeyNotRotatable):
            rotate_api_key(session, "1")


@pytest.mark.parametrize("hours", [-1, 721])
def test_an_overlap_has_bounds(database: Database, hours: int) -> None:
    with transaction(database, ACTOR) as session:
        create_api_key(session, name="shop", scopes=["license"])
        with pytest.raises(ApiKeyInvalid):
            rotate_api_key(session, "shop", overlap_hours=hours)


def test_a_form_sent_twice_makes_one_key(database: Database) -> None:
    first, second = uuid4(), uuid4()
    with transaction(database, ACTOR) as session:
        create_api_key(session, name="shop", scopes=["license"], form_id=first)
        with pytest.raises(ApiKeyMadeAlready):
            create_api_key(session, name="other", scopes=["license"], form_id=first)
        rotate_api_key(session, "shop", form_id=second)
        with pytest.raises(ApiKeyMadeAlready):
            rotate_api_key(session, "shop", form_id=second)
        assert len(session.scalars(select(ApiKey)).all()) == 2


def test_a_key_is_renamed_by_who_has_seen_its_name(database: Database) -> None:
    with transaction(database, ACTOR) as session:
        key, _ = create_api_key(session, name="shop", scopes=["license"])
        create_api_key(session, name="other", scopes=["license"])
        assert rename_api_key(session, key.id, before="shop", name=" big  shop ").name == "big shop"
        with pytest.raises(ApiKeyChanged):
            rename_api_key(session, key.id, before="shop", name="small shop")
        with pytest.raises(ApiKeyNameTaken):
            rename_api_key(session, key.id, before="big shop", name="other")
        with pytest.raises(ApiKeyNotFound):
            rename_api_key(session, 4711, before="x", name="y")
        assert find_api_key(session, str(key.id)).name == "big shop"


def test_a_state_is_the_same_in_python_and_in_the_database(database: Database) -> None:
    now = datetime.now(UTC)
    soon, late, past = now + timedelta(days=1), now + timedelta(days=90), now - timedelta(days=1)
    with transaction(database, ACTOR) as session:
        for number, (expires, rotated, revoked) in enumerate(
            (e, r, v) for e in (None, soon, late, past, now) for r in (None, past) for v in (None, past)
        ):
            if rotated is None or expires is not None:
                session.add(
                    ApiKey(
                        name=f"key {number}", digest=str(number).encode(), hint="WXYZ", scopes=["license"],
                        expires_at=expires, rotated_at=rotated, revoked_at=revoked,
                    )
                )  # fmt: skip
        session.flush()
        keys = session.scalars(select(ApiKey)).all()
        for state in ApiKeyState:
            chosen = set(session.scalars(select(ApiKey.id).where(has_state(state, now))))
            assert chosen == {key.id for key in keys if state_of(key, now) is state}
            assert chosen
