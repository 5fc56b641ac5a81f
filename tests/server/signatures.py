"""Checking signatures as a client does: with the keys that the server publishes."""

import json
import warnings
from typing import Any

from joserfc import jws
from joserfc.jwk import KeySet

from tests.server.running import RunningServer


def checked(server: RunningServer, token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims of a compact JWS. Raises where the signature is wrong."""
    with server.client() as client:
        answer = client.get("/api/v1/keys", headers={"X-API-Key": ""})
    assert answer.status_code == 200
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # joserfc says at every call that EdDSA has another name since RFC 9864
        signature = jws.deserialize_compact(token, KeySet.import_key_set(answer.json()), algorithms=["EdDSA"])
    return dict(signature.headers()), json.loads(signature.payload or b"")
