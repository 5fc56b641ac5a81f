"""From an outcome that refuses to the problem that tells it, with what its code promises and the proof asked for."""

from typing import Any

from msgspec import UNSET, Struct, UnsetType

from leasehold.kit.signing import KeyRing
from leasehold.licensing.license_key import parse_license_key
from leasehold.licensing.outcomes import Outcome
from leasehold.licensing.vocabulary import Code
from leasehold.server.answers import utc
from leasehold.server.problems import Problem
from leasehold.server.proofs import proof


def refusal(ring: KeyRing, request: Struct, outcome: Outcome, *, status: int | None = None) -> Problem:
    """The problem; `status` where an endpoint tells the code with another one than usual."""
    members = _promised_members(outcome)
    signed = proof_asked_for(ring, request, outcome)
    if isinstance(signed, str):
        members["proof"] = signed
    return Problem(outcome.code, detail=_detail(members), status=status, members=members, license_id=outcome.license_id)


def proof_asked_for(ring: KeyRing, request: Struct, outcome: Outcome) -> str | UnsetType:
    """The proof of `outcome` where `request` carries a nonce, else UNSET."""
    nonce = getattr(request, "nonce", None)
    if nonce is None:
        return UNSET
    license_key = getattr(request, "license_key", None)
    return proof(
        ring,
        outcome,
        nonce,
        license_key=None if license_key is None else parse_license_key(license_key),
        hardware_fingerprint=getattr(request, "hardware_fingerprint", None),
        session_token=getattr(request, "session_token", None),
    )


def _detail(members: dict[str, Any]) -> str | None:
    """A sentence that has the figures in it, where the table's cannot."""
    if "concurrent_sessions_limit" not in members:
        return None
    return (
        f"All sessions that the license allows at once ({members['concurrent_sessions_limit']}) are taken: "
        f"end one, or try again in {members['retry_after']} s."
    )


def _promised_members(outcome: Outcome) -> dict[str, Any]:
    view, ended = outcome.license, outcome.ended
    if outcome.code is Code.DEVICE_LIMIT_REACHED and view is not None:
        return {"device_limit": view.license.device_limit, "devices_active": view.devices_active}
    if outcome.code is Code.SESSION_LIMIT_REACHED and view is not None:
        return {
            "concurrent_sessions_limit": view.license.concurrent_sessions_limit,
            "sessions_live": view.sessions_live,
            "retry_after": outcome.retry_after,
        }
    if outcome.code is Code.SESSION_ENDED and ended is not None:
        return {"end_reason": ended.end_reason.value, "ended_at": utc(ended.ended_at)}
    return {}
