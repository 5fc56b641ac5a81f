import json
import stat
import warnings
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from joserfc import jws
from joserfc.errors import BadSignatureError
from joserfc.jwk import KeySet, OKPKey

from leasehold.kit import signing
from leasehold.kit.errors import ConfigurationError
from leasehold.kit.secrets_file import FILE_NAME, change_secrets, read_or_create_secrets
from leasehold.kit.signing import CurrentKeys, KeyRing, SignatureRefused, load_key_ring


def checked(token: str, ring: KeyRing) -> jws.CompactSignature:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # joserfc says at every call that EdDSA has another name since RFC 9864
        keys = KeySet.import_key_set(ring.public_jwk_set())  # type: ignore[arg-type]  # a plain JWK Set
        return jws.deserialize_compact(token, keys, algorithms=["EdDSA"])


def kid_of(data_dir: Path) -> str | None:
    return load_key_ring(data_dir).keys[0].kid


def test_what_is_signed_can_be_checked_with_the_public_keys(tmp_path: Path) -> None:
    ring = load_key_ring(tmp_path)
    signature = checked(ring.sign({"a": 1}, "leasehold-proof+jwt"), ring)
    assert json.loads(signature.payload) == {"a": 1}
    assert signature.headers() == {"alg": "EdDSA", "kid": ring.keys[0].kid, "typ": "leasehold-proof+jwt"}


def test_a_changed_token_is_refused(tmp_path: Path) -> None:
    ring = load_key_ring(tmp_path)
    header, _, signature = ring.sign({"a": 1}, "t").split(".")
    _, other, _ = ring.sign({"a": 2}, "t").split(".")
    with pytest.raises(BadSignatureError):
        checked(f"{header}.{other}.{signature}", ring)


def test_the_public_form_has_no_private_part(tmp_path: Path) -> None:
    (key,) = load_key_ring(tmp_path).public_jwk_set()["keys"]
    assert set(key) == {"kty", "crv", "x", "kid", "use", "alg"}
    assert (key["kty"], key["crv"], key["use"]) == ("OKP", "Ed25519", "sig")


def test_processes_that_start_together_agree_on_one_key(tmp_path: Path) -> None:
    with ProcessPoolExecutor(8) as pool:
        kids = set(pool.map(kid_of, [tmp_path] * 8))
    assert len(kids) == 1
    assert stat.S_IMODE((tmp_path / FILE_NAME).stat().st_mode) == 0o600


def test_a_retired_key_still_checks_what_it_signed(tmp_path: Path) -> None:
    before = load_key_ring(tmp_path)
    token = before.sign({"a": 1}, "t")
    with change_secrets(tmp_path) as secrets:
        successor = OKPKey.generate_key("Ed25519")
        secrets["signing_keys"].insert(0, {**successor.as_dict(private=True), "kid": successor.thumbprint()})
    after = load_key_ring(tmp_path)
    assert after.keys[0].kid != before.keys[0].kid
    assert checked(token, after).payload == b'{"a":1}'


def test_making_the_key_keeps_the_other_secrets(tmp_path: Path) -> None:
    before = read_or_create_secrets(tmp_path)
    load_key_ring(tmp_path)
    assert before.items() <= read_or_create_secrets(tmp_path).items()


@pytest.mark.parametrize("damage", [[], "x", [{"kty": "OKP"}], [OKPKey.generate_key("X25519").as_dict(private=True)]])
def test_a_damaged_key_stops_the_start_with_a_sentence(tmp_path: Path, damage: object) -> None:
    with change_secrets(tmp_path) as secrets:
        secrets["signing_keys"] = damage
    with pytest.raises(ConfigurationError, match="put it back from a backup"):
        load_key_ring(tmp_path)


def test_verify_returns_what_was_signed_and_refuses_everything_else(tmp_path: Path) -> None:
    ring, other = load_key_ring(tmp_path), load_key_ring(tmp_path / "other")
    token = ring.sign({"a": 1}, "t")
    assert ring.verify(token, "t") == {"a": 1}
    header, claims, signature = token.split(".")
    _, other_claims, _ = ring.sign({"a": 2}, "t").split(".")
    for wrong, why in (
        (f"{header}.{other_claims}.{signature}", "does not fit"),
        (ring.sign({"a": 1}, "u"), "no t"),
        (other.sign({"a": 1}, "t"), "unknown key"),
        (f"{header}.{claims}", "cannot be read"),
        (f"{header}.{claims}.{signature}.x", "cannot be read"),
        (f"{header}.{claims}.ä", "cannot be read"),
        ("", "cannot be read"),
    ):
        with pytest.raises(SignatureRefused, match=why):
            ring.verify(wrong, "t")


def test_a_program_that_runs_for_long_takes_on_changed_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signing, "_BELIEVED_SECONDS", -1.0)
    keys, other = CurrentKeys(tmp_path), tmp_path / "other"
    assert keys().keys[0].kid == kid_of(tmp_path)
    with change_secrets(tmp_path) as secrets:
        load_key_ring(other)
        secrets["signing_keys"] = read_or_create_secrets(other)["signing_keys"]
    assert keys().keys[0].kid == kid_of(other)
    (tmp_path / FILE_NAME).write_text("damaged")
    assert keys().keys[0].kid == kid_of(other)
