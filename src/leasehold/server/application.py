"""What is answered through FastAPI: the public keys, health, metrics, the documentation; and errors in one form."""

import asyncio
import hashlib
import logging
from collections.abc import Callable

import msgspec
from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException
from starlette.types import StatelessLifespan

from leasehold import __version__
from leasehold.kit.client_address import network_of
from leasehold.kit.signing import KeyRing
from leasehold.server.authentication import Authentication
from leasehold.server.codes import RequestCode
from leasehold.server.docs_page import CONTENT_SECURITY_POLICY, docs_page
from leasehold.server.health import ReadinessCheck
from leasehold.server.installation_figures import InstallationFigures
from leasehold.server.limits import Limits
from leasehold.server.metrics import exposition
from leasehold.server.openapi import openapi_document
from leasehold.server.problems import MEDIA_TYPE, Problem, rate_limited, retry_after_header
from leasehold.server.routes import API_PATH

_log = logging.getLogger(__name__)

REQUEST_ID_KEY = "leasehold.request_id"
ADDRESS_KEY = "leasehold.address"
METRICS_SCOPE = "metrics"
_READ_ONLY = ["GET", "HEAD"]
_NOT_READY_RETRY_SECONDS = 2
_BEARER = b"bearer "


def make_application(
    lifespan: StatelessLifespan[FastAPI],
    *,
    keys: Callable[[], KeyRing],
    readiness: ReadinessCheck,
    authentication: Authentication,
    limits: Limits,
    figures: InstallationFigures,
) -> FastAPI:
    """The FastAPI application around these parts."""
    application = FastAPI(
        title="Leasehold License API",
        version=__version__,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
    )
    _add_errors(application, limits)
    _add_documents(application, keys)
    _add_health(application, readiness)
    _add_metrics(application, authentication, figures)
    return application


def _add_errors(application: FastAPI, limits: Limits) -> None:
    def answer(request: Request, problem: Problem) -> Response:
        retry_after = limits.refused(problem.code, network_of(request.scope[ADDRESS_KEY]))
        told = rate_limited(retry_after) if retry_after else problem
        headers = {name.decode(): value.decode() for name, value in told.headers}
        body = told.body(request.scope[REQUEST_ID_KEY])
        return Response(body, told.status, {"cache-control": "no-store", **headers}, MEDIA_TYPE)

    @application.exception_handler(Problem)
    async def on_problem(request: Request, problem: Problem) -> Response:
        return answer(request, problem)

    @application.exception_handler(HTTPException)
    async def on_http_exception(request: Request, error: HTTPException) -> Response:
        if error.status_code != 405:
            return answer(request, Problem(RequestCode.PATH_NOT_FOUND))
        allow = f"{', '.join(_READ_ONLY)}, OPTIONS"
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={"allow": allow})
        return answer(request, Problem(RequestCode.METHOD_NOT_ALLOWED, headers=((b"allow", allow.encode()),)))

    @application.exception_handler(Exception)
    async def on_defect(request: Request, error: Exception) -> Response:
        about = {"request_id": request.scope[REQUEST_ID_KEY], "endpoint": request.url.path}
        _log.error("a request failed", extra=about, exc_info=error)
        return answer(request, Problem(RequestCode.INTERNAL_ERROR))


def _add_documents(application: FastAPI, current_keys: Callable[[], KeyRing]) -> None:
    document = openapi_document()
    openapi_body = msgspec.json.format(msgspec.json.encode(document), indent=1)
    page = docs_page(document).encode()
    page_headers = {"content-security-policy": CONTENT_SECURITY_POLICY, "x-content-type-options": "nosniff"}

    @application.api_route(f"{API_PATH}/keys", methods=_READ_ONLY)
    async def keys(request: Request) -> Response:
        body = msgspec.json.encode(current_keys().public_jwk_set())
        headers = {"cache-control": "public, max-age=3600", "etag": f'"{hashlib.sha256(body).hexdigest()[:32]}"'}
        if request.headers.get("if-none-match") == headers["etag"]:
            return Response(status_code=304, headers=headers)
        return Response(body, 200, headers, "application/json")

    @application.api_route("/openapi.json", methods=_READ_ONLY)
    async def openapi_json() -> Response:
        return Response(openapi_body, media_type="application/json")

    @application.api_route("/docs", methods=_READ_ONLY)
    async def docs() -> Response:
        return Response(page, 200, page_headers, "text/html; charset=utf-8")


def _add_health(application: FastAPI, readiness: ReadinessCheck) -> None:
    @application.api_route("/health/live", methods=_READ_ONLY)
    async def live() -> Response:
        return Response(b'{"status":"pass"}', 200, {"cache-control": "no-store"}, "application/json")

    @application.api_route("/health/ready", methods=_READ_ONLY)
    async def ready() -> Response:
        found = await readiness.look()
        if found.problem is not None:
            retry_after = retry_after_header(_NOT_READY_RETRY_SECONDS)
            raise Problem(RequestCode.UNAVAILABLE, detail=found.problem, headers=(retry_after,))
        return Response(msgspec.json.encode(found.body()), 200, {"cache-control": "no-store"}, "application/json")


def _add_metrics(application: FastAPI, authentication: Authentication, figures: InstallationFigures) -> None:
    @application.api_route("/metrics", methods=_READ_ONLY)
    async def metrics(request: Request) -> Response:
        await authentication.identify(_metrics_key(request), METRICS_SCOPE)
        body = await asyncio.to_thread(exposition, await figures.find())
        return Response(body, 200, {"cache-control": "no-store"}, "text/plain; version=0.0.4; charset=utf-8")


def _metrics_key(request: Request) -> bytes | None:
    """The key in X-API-Key, or as a bearer token, which is what Prometheus can send."""
    headers = dict(request.scope["headers"])
    authorization: bytes = headers.get(b"authorization", b"")
    if authorization[: len(_BEARER)].lower() == _BEARER:
        return authorization[len(_BEARER) :].strip()
    return headers.get(b"x-api-key")
