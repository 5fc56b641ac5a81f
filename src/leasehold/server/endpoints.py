"""The seven endpoints that decide: from a checked request to a command, from its outcome to an answer."""

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from msgspec import UNSET, Struct, UnsetType, convert

from leasehold.kit.actor import Actor
from leasehold.kit.signing import KeyRing
from leasehold.licensing.commands import Activate, ByKey, Deactivate, EndSession, Heartbeat, StartSession, Validate
from leasehold.licensing.license_key import parse_license_key
from leasehold.licensing.outcomes import Outcome
from leasehold.licensing.state import ServiceTime
from leasehold.licensing.vocabulary import Code
from leasehold.server import answers, proofs
from leasehold.server.codes import FieldCode, RequestCode
from leasehold.server.lanes import Lanes
from leasehold.server.limits import Limits
from leasehold.server.plain_heartbeats import PlainHeartbeats
from leasehold.server.problems import Problem, rate_limited
from leasehold.server.refusals import proof_asked_for, refusal
from leasehold.server.requests import (
    SHORTEST_TTL,
    ActivateRequest,
    CheckoutRequest,
    DeactivateRequest,
    EndRequest,
    HeartbeatRequest,
    StartRequest,
    ValidateRequest,
)
from leasehold.server.resources import Resources
from leasehold.server.server_settings import ServerSettings

Part = TypeVar("Part")

_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Service:
    """What the endpoints work with."""

    lanes: Lanes
    keys: Callable[[], KeyRing]
    limits: Limits
    settings: Callable[[], ServerSettings]
    plain_heartbeats: PlainHeartbeats = field(default_factory=PlainHeartbeats)

    @property
    def key_ring(self) -> KeyRing:
        """The keys that sign now."""
        return self.keys()


class Answer(Struct, frozen=True, gc=False):
    """A status, a body, the code that metrics count it by; `refused` where limits count it as a refusal, then with the
    license that refuses, where there is one.
    """

    status: int
    body: bytes
    code: str
    refused: Code | None = None
    license_id: int | None = None


Act = Callable[[Service, Any, Actor], Awaitable[Answer]]


async def validate(service: Service, request: ValidateRequest, actor: Actor) -> Answer:
    """POST /api/v1/license/validate: always 200, whatever became of the question."""
    command = Validate(request.license_key, request.hardware_fingerprint, request.product)
    outcome = await _decide(service, command, actor)
    resources: Resources | UnsetType = UNSET
    if outcome.license is not None and request.include:
        resources = await service.lanes.resources_of(outcome.license.license.id)
    proof = proof_asked_for(service.key_ring, request, outcome)
    body = _encode(answers.validate_answer(outcome, resources, proof))
    if outcome.granted:
        return Answer(200, body, outcome.code)
    return Answer(200, body, outcome.code, refused=outcome.code, license_id=outcome.license_id)


async def activate(service: Service, request: ActivateRequest, actor: Actor) -> Answer:
    """POST /api/v1/license/activate: 201 for a new registration, 200 for a known one."""
    command = Activate(
        license_key=request.license_key,
        hardware_fingerprint=request.hardware_fingerprint,
        device_name=request.device_name,
        device_type=request.device_type,
        operating_system=request.operating_system,
        client_version=request.client_version,
        product=request.product,
    )
    outcome = await _decide(service, command, actor)
    if not outcome.granted:
        raise refusal(service.key_ring, request, outcome)
    body = answers.ActivateAnswer(
        device=answers.device_answer(_present(outcome.device, outcome)),
        license=answers.license_answer(_present(outcome.license, outcome)),
        proof=proof_asked_for(service.key_ring, request, outcome),
    )
    return Answer(201 if outcome.code is Code.ACTIVATED else 200, _encode(body), outcome.code)


async def deactivate(service: Service, request: DeactivateRequest, actor: Actor) -> Answer:
    """POST /api/v1/license/deactivate: 200, also where the device is inactive already."""
    outcome = await _decide(service, Deactivate(request.license_key, request.hardware_fingerprint), actor)
    if not outcome.granted:
        raise refusal(service.key_ring, request, outcome)
    body = answers.DeactivateAnswer(answers.device_answer(_present(outcome.device, outcome)))
    return Answer(200, _encode(body), outcome.code)


async def checkout(service: Service, request: CheckoutRequest, actor: Actor) -> Answer:
    """POST /api/v1/license/checkout: 201 with a signed license file; nothing is written."""
    outcome = await _decide(service, Validate(request.license_key, request.hardware_fingerprint), actor)
    if not outcome.granted:
        raise refusal(service.key_ring, request, outcome)
    view = _present(outcome.license, outcome)
    if not view.license.checkout_enabled:
        raise Problem(RequestCode.CHECKOUT_DISABLED)
    longest = view.license.offline_max_ttl
    if request.ttl > longest:
        detail = f"ttl must be from {SHORTEST_TTL} to {longest} for this license."
        error = {"pointer": "/ttl", "code": FieldCode.OUT_OF_RANGE.value, "detail": detail}
        raise Problem(RequestCode.REQUEST_INVALID, members={"errors": [error]})
    license_file, expires_at = proofs.offline_license(
        service.key_ring,
        view,
        outcome.time.now,
        hardware_fingerprint=request.hardware_fingerprint,
        ttl=request.ttl,
        resources=await service.lanes.resources_of(view.license.id),
    )
    return Answer(201, _encode(answers.CheckoutAnswer(license_file, expires_at)), outcome.code)


async def start_session(service: Service, request: StartRequest, actor: Actor) -> Answer:
    """POST /api/v1/session/start: 201 for a new session, 200 for the one that the device holds."""
    command = StartSession(
        request.license_key, request.hardware_fingerprint, request.client_version, product=request.product
    )
    outcome = await _decide(service, command, actor)
    if outcome.code is Code.DEVICE_NOT_REGISTERED:
        raise refusal(service.key_ring, request, outcome, status=403)
    if not outcome.granted:
        raise refusal(service.key_ring, request, outcome)
    resumed = outcome.code is Code.RESUMED
    proof = proof_asked_for(service.key_ring, request, outcome)
    body = answers.start_answer(
        outcome, _present(outcome.session, outcome), _present(outcome.license, outcome), resumed=resumed, proof=proof
    )
    return Answer(200 if resumed else 201, _encode(body), outcome.code)


async def heartbeat(service: Service, request: HeartbeatRequest, actor: Actor) -> Answer:
    """POST /api/v1/session/heartbeat: 200 once the heartbeat is committed."""
    retry_after = service.limits.before_heartbeat(request.session_token)
    if retry_after:
        raise rate_limited(retry_after)
    license_key = None if request.license_key is None else parse_license_key(request.license_key)
    if request.license_key is not None and license_key is None:
        outcome = _unasked(Code.SESSION_NOT_FOUND)  # no license has such a key, so no session is found under it
    else:
        command = Heartbeat(convert(request.session_token, UUID), license_key, detailed=request.nonce is not None)
        outcome = await service.lanes.submit(command, actor)
    if not outcome.granted:
        raise refusal(service.key_ring, request, outcome)
    proof = proof_asked_for(service.key_ring, request, outcome)
    interval = _next_heartbeat_in(service, outcome.time)
    if proof is UNSET and outcome.license is None:
        return Answer(200, service.plain_heartbeats.body(outcome, interval), outcome.code)
    return Answer(200, _encode(answers.heartbeat_answer(outcome, interval, proof)), outcome.code)


async def end_session(service: Service, request: EndRequest, actor: Actor) -> Answer:
    """POST /api/v1/session/end: 200, also where the session has ended before."""
    outcome = await service.lanes.submit(EndSession(convert(request.session_token, UUID)), actor)
    if not outcome.granted:
        raise refusal(service.key_ring, request, outcome)
    return Answer(200, _encode(answers.end_answer(_present(outcome.ended, outcome))), outcome.code)


async def _decide(service: Service, command: ByKey, actor: Actor) -> Outcome:
    """The outcome; a license key that cannot be one is answered without asking the database."""
    license_key = parse_license_key(command.license_key)
    if license_key is None:
        return _unasked(Code.LICENSE_NOT_FOUND)
    return await service.lanes.submit(replace(command, license_key=license_key), actor)


def _unasked(code: Code) -> Outcome:
    """An outcome that is certain without the database; its time is this machine's."""
    now = datetime.now(UTC)
    return Outcome(code, ServiceTime(now, now, timedelta(0), 0))


def _next_heartbeat_in(service: Service, time: ServiceTime) -> int:
    """The interval, spread over clients as the setting says, but always before the timeout."""
    spread = service.settings().heartbeat_spread_percent
    if not spread:
        return time.heartbeat_interval
    factor = 1 + random.uniform(-spread, spread) / 100  # noqa: S311  # spreads load, guards nothing
    latest = int(time.session_timeout.total_seconds()) - 1
    return max(1, min(round(time.heartbeat_interval * factor), latest))


def _present(part: Part | None, outcome: Outcome) -> Part:
    """What an outcome of this code always has."""
    if part is None:
        raise TypeError(f"an outcome {outcome.code.value} lacks a part")
    return part
