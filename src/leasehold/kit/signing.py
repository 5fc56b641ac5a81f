"""Signatures that anybody can check with our public keys: compact JWS by Ed25519 (RFC 7515, RFC 8037).

The private keys are in the secrets file. One is current and signs; retired ones stay, so that what they signed can
still be checked. Several hosts of one installation share the file.
"""

import logging
import time
from base64 import b64decode, urlsafe_b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from leasehold.kit.errors import ConfigurationError
from leasehold.kit.secrets_file import FILE_NAME, change_secrets, read_or_create_secrets, secrets_stamp

_log = logging.getLogger(__name__)

_BELIEVED_SECONDS = 1.0
_SECRET = "signing_keys"  # noqa: S105  # the name of the entry, not a secret


class SignatureRefused(Exception):
    """Nothing of ours was signed like this; the message says what is wrong with it, as the rest of a sentence."""


@dataclass(frozen=True)
class KeyRing:
    """The keys of an installation: the current one first, then the retired ones, in the order of the secrets file."""

    keys: tuple[OKPKey, ...]

    def sign(self, claims: dict[str, Any], typ: str) -> str:
        """A compact JWS over `claims`, by the current key."""
        current = self.keys[0]
        header = msgspec.json.encode({"alg": "EdDSA", "kid": current.kid, "typ": typ})
        signed = _base64(header) + b"." + _base64(msgspec.json.encode(claims))
        # joserfc signs the same, but warns at every call that RFC 9864 calls EdDSA with Ed25519 plainly Ed25519.
        private_key = current.private_key
        if not isinstance(private_key, Ed25519PrivateKey):
            raise TypeError("the current signing key cannot sign with Ed25519")
        return (signed + b"." + _base64(private_key.sign(signed))).decode()

    def verify(self, token: str, typ: str) -> dict[str, Any]:
        """The claims of a compact JWS that one of these keys signed as a `typ`. Raises `SignatureRefused`."""
        try:
            signed, _, signature = token.encode().rpartition(b".")
            header, claims = (msgspec.json.decode(_unbase64(part), type=dict[str, Any]) for part in signed.split(b"."))
            if header.get("alg") != "EdDSA" or header.get("typ") != typ:
                raise SignatureRefused(f"it is no {typ}")
            self._public_key(header.get("kid")).verify(_unbase64(signature), signed)
        except InvalidSignature as error:
            raise SignatureRefused("its signature does not fit what it says") from error
        except (ValueError, msgspec.MsgspecError) as error:
            raise SignatureRefused("it cannot be read") from error
        return claims

    def _public_key(self, kid: Any) -> Ed25519PublicKey:
        for key in self.keys:
            if key.kid == kid and isinstance(key.public_key, Ed25519PublicKey):
                return key.public_key
        raise SignatureRefused(f"it is signed by the unknown key {kid!r}")

    def public_jwk_set(self) -> dict[str, Any]:
        """What clients check signatures with (RFC 7517)."""
        return {"keys": [_public(key) for key in self.keys]}


def load_key_ring(data_dir: Path) -> KeyRing:
    """The installation's keys; the first one is made where there is none, once, however many processes ask.

    Raises `ConfigurationError` where the secrets file or a key in it is damaged.
    """
    stored = read_or_create_secrets(data_dir).get(_SECRET)
    if stored is None:
        with change_secrets(data_dir) as secrets:
            stored = secrets.setdefault(_SECRET, [_new_key()])
    return _ring(stored, data_dir)


class CurrentKeys:
    """The installation's keys for a program that runs for long: read again within a second of their change."""

    def __init__(self, data_dir: Path) -> None:
        """Raises `ConfigurationError` as `load_key_ring` does."""
        self._data_dir = data_dir
        self._ring = load_key_ring(data_dir)
        self._stamp = secrets_stamp(data_dir)
        self._looked_at = time.monotonic()

    def __call__(self) -> KeyRing:
        """The keys; those that were known last while the secrets file cannot be read."""
        if time.monotonic() - self._looked_at > _BELIEVED_SECONDS:
            self._look()
        return self._ring

    def _look(self) -> None:
        self._looked_at = time.monotonic()
        stamp = secrets_stamp(self._data_dir)
        if stamp not in {self._stamp, None}:
            try:
                self._ring, self._stamp = load_key_ring(self._data_dir), stamp
            except ConfigurationError as error:
                _log.error("the keys stay those that were known last: %s", error)


def _ring(stored: Any, data_dir: Path) -> KeyRing:
    try:
        keys = tuple(OKPKey.import_key(entry) for entry in stored)
        usable = bool(keys) and all(key.is_private and key.curve_name == "Ed25519" and key.kid for key in keys)
    except (JoseError, ValueError, TypeError) as error:
        raise _damaged(data_dir) from error
    if not usable:
        raise _damaged(data_dir)
    return KeyRing(keys)


def _damaged(data_dir: Path) -> ConfigurationError:
    return ConfigurationError(f"{data_dir / FILE_NAME} is damaged ({_SECRET}): put it back from a backup.")


def _new_key() -> dict[str, Any]:
    key = OKPKey.generate_key("Ed25519")
    return {**key.as_dict(private=True), "kid": key.thumbprint(), "use": "sig", "alg": "EdDSA"}


def _public(key: OKPKey) -> dict[str, Any]:
    parts = key.as_dict(private=False)
    return {name: parts[name] for name in ("kty", "crv", "x")} | {"kid": key.kid, "use": "sig", "alg": "EdDSA"}


def _base64(data: bytes) -> bytes:
    return urlsafe_b64encode(data).rstrip(b"=")


def _unbase64(text: bytes) -> bytes:
    return b64decode(text + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
