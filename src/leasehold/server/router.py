"""The outermost application, plain ASGI: the hot endpoints on the short way, everything else through FastAPI."""

import logging
from collections.abc import Callable

from msgspec import Struct
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from leasehold.kit.actor import Actor
from leasehold.kit.client_address import ClientAddresses, network_of
from leasehold.server.application import ADDRESS_KEY, REQUEST_ID_KEY
from leasehold.server.authentication import Authentication
from leasehold.server.bodies import ClientGone, check_media_type, read_body
from leasehold.server.codes import RequestCode
from leasehold.server.denials import Denials
from leasehold.server.endpoints import Answer, Service
from leasehold.server.key_use import KeyUse
from leasehold.server.lanes import LanesUnavailable
from leasehold.server.metrics import RequestCounters
from leasehold.server.problems import MEDIA_TYPE, Problem, ProblemCode, rate_limited, unavailable
from leasehold.server.request_ids import RequestIds
from leasehold.server.routes import ROUTES, SCOPE, Route

_log = logging.getLogger(__name__)

_JSON = (b"content-type", b"application/json")
_PROBLEM = (b"content-type", MEDIA_TYPE.encode())
_NOT_STORED = (b"cache-control", b"no-store")
_ALLOW = ((b"allow", b"POST, OPTIONS"),)


class Router:
    """Answers the routes of the table; hands on what it does not know. Every response carries X-Request-ID."""

    def __init__(
        self,
        service: Service,
        authentication: Authentication,
        *,
        addresses: ClientAddresses,
        key_use: KeyUse,
        counters: RequestCounters,
        denials: Denials,
        everything_else: ASGIApp,
    ) -> None:
        self._service = service
        self._authentication = authentication
        self._addresses = addresses
        self._key_use = key_use
        self._counters = counters
        self._denials = denials
        self._everything_else = everything_else
        self._request_ids = RequestIds()
        self._routes = {route.path: (route.name, route, route.decoder().decode) for route in ROUTES}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._everything_else(scope, receive, send)
            return
        headers = dict(scope["headers"])
        request_id = self._request_ids.choose(headers.get(b"x-request-id"))
        client = scope["client"]
        address = self._addresses.find(
            client[0] if client else None, headers.get(b"x-forwarded-for"), headers.get(b"forwarded")
        )
        known = self._routes.get(scope["path"])
        if known is None:
            scope[REQUEST_ID_KEY], scope[ADDRESS_KEY] = request_id, address
            await self._hand_on(scope, receive, send, request_id)
            return
        name, route, decode = known
        if scope["method"] != "POST":
            answer: Answer | Problem = _wrong_method(scope["method"])
        else:
            try:
                answer = await self._answer(route, decode, receive, headers, request_id=request_id, address=address)
            except ClientGone:
                return
            except Problem as problem:
                answer = problem
            except LanesUnavailable as error:
                answer = unavailable(error.retry_after)
            except Exception:
                _log.exception("a request failed", extra={"request_id": request_id, "endpoint": name})
                answer = Problem(RequestCode.INTERNAL_ERROR)
        if answer.refused is not None:
            self._denials.note(answer.refused, answer.license_id)
            answer = self._limited(answer, answer.refused, address)
        self._counters.count(name, answer.code)
        await _send(send, answer, request_id)

    async def _answer(
        self,
        route: Route,
        decode: Callable[[bytes], Struct],
        receive: Receive,
        headers: dict[bytes, bytes],
        *,
        request_id: str,
        address: str | None,
    ) -> Answer:
        given = headers.get(b"x-api-key")
        key = self._authentication.believed(given, SCOPE) or await self._authentication.identify(given, SCOPE)
        self._key_use.note(key.id)
        body = await read_body(receive, headers.get(b"content-length"))
        check_media_type(headers.get(b"content-type"))
        request = decode(body)
        if route.is_limited_by_key and (retry_after := self._service.limits.before_call(key.actor)):
            raise rate_limited(retry_after)
        return await route.act(self._service, request, Actor(key.actor, request_id, address))

    def _limited(self, answer: Answer | Problem, refused: ProblemCode, address: str | None) -> Answer | Problem:
        """The refusal itself, or 429 where too many have come from there."""
        retry_after = self._service.limits.refused(refused, network_of(address))
        return rate_limited(retry_after) if retry_after else answer

    async def _hand_on(self, scope: Scope, receive: Receive, send: Send, request_id: str) -> None:
        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", request_id.encode())]
            await send(message)

        await self._everything_else(scope, receive, send_with_id)


def _wrong_method(method: str) -> Answer | Problem:
    if method == "OPTIONS":
        return Answer(204, b"", "options")
    return Problem(RequestCode.METHOD_NOT_ALLOWED, headers=_ALLOW)


async def _send(send: Send, answer: Answer | Problem, request_id: str) -> None:
    if isinstance(answer, Problem):
        body = answer.body(request_id)
        headers = [_PROBLEM, _NOT_STORED, *answer.headers]
    else:
        body = answer.body
        headers = [_JSON, _NOT_STORED] if answer.status != 204 else list(_ALLOW)
    headers.append((b"x-request-id", request_id.encode()))
    if answer.status != 204:
        headers.append((b"content-length", b"%d" % len(body)))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
