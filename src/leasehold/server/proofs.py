"""Signed answers: a client can tell a real server from a fake, and go on through an outage (docs/api.md, Proofs)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from leasehold.kit.signing import KeyRing
from leasehold.licensing.outcomes import LicenseView, Outcome
from leasehold.server.answers import license_answer, utc
from leasehold.server.resources import Resources

ISSUER = "leasehold"
PROOF_TYPE = "leasehold-proof+jwt"
LICENSE_TYPE = "leasehold-license+jwt"
DEFAULT_GRACE_SECONDS = 86_400


def proof(
    ring: KeyRing,
    outcome: Outcome,
    nonce: str,
    *,
    license_key: str | None = None,
    hardware_fingerprint: str | None = None,
    session_token: str | None = None,
) -> str:
    """A compact JWS over the outcome; what the caller named stands in it where the outcome does not know better."""
    view, device, session = outcome.license, outcome.device, outcome.session
    named = {
        "license_key": license_key if view is None else view.license.license_key,
        "hardware_fingerprint": hardware_fingerprint if device is None else device.hardware_fingerprint,
        "session_token": session_token if session is None else str(session.session_token),
    }
    claims = {
        **_frame(outcome.time.now, _proof_end(outcome.time.now, view)),
        "nonce": nonce,
        "code": outcome.code.value,
        **{name: value for name, value in named.items() if value is not None},
        "valid_until": None if view is None else _text(view.license.valid_until),
        "features": {} if view is None else dict(view.license.features),
    }
    return ring.sign(claims, PROOF_TYPE)


def offline_license(
    ring: KeyRing, view: LicenseView, now: datetime, *, hardware_fingerprint: str, ttl: int, resources: Resources
) -> tuple[str, datetime]:
    """The license file for one device, and when it ends: after `ttl` seconds, never later than `valid_until`."""
    until = view.license.valid_until
    end = now + timedelta(seconds=ttl)
    if until is not None:
        end = min(end, until)
    end = utc(end).replace(microsecond=0)
    claims = {
        **_frame(now, end),
        "license_key": view.license.license_key,
        "hardware_fingerprint": hardware_fingerprint,
        "valid_until": _text(until),
        "features": dict(view.license.features),
        "resources": msgspec.to_builtins(resources),
        "license": msgspec.to_builtins(license_answer(view, resources)),
    }
    return ring.sign(claims, LICENSE_TYPE), end


def _frame(now: datetime, end: datetime) -> dict[str, Any]:
    return {"iss": ISSUER, "iat": int(now.timestamp()), "exp": int(end.timestamp())}


def _proof_end(now: datetime, view: LicenseView | None) -> datetime:
    """The grace's end, never past `valid_until`; of an expired license only refusals are signed, which outlive it."""
    grace = DEFAULT_GRACE_SECONDS if view is None else view.license.offline_grace
    end = now + timedelta(seconds=grace)
    until = None if view is None else view.license.valid_until
    return end if until is None or until <= now else min(end, until)


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
