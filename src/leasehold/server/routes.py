"""The table of the endpoints under /api/v1 that are answered on the short way, and what each may answer."""

from dataclasses import dataclass, field

from msgspec import Struct

from leasehold.licensing.vocabulary import Code
from leasehold.server import answers, endpoints, requests
from leasehold.server.codes import RequestCode
from leasehold.server.endpoints import Act
from leasehold.server.problems import ProblemCode
from leasehold.server.validation import RequestDecoder

API_PATH = "/api/v1"
SCOPE = "license"

_LICENSE_REFUSALS = (
    Code.LICENSE_NOT_FOUND,
    Code.LICENSE_SUSPENDED,
    Code.LICENSE_NOT_YET_VALID,
    Code.LICENSE_EXPIRED,
)
_DEVICE_REFUSALS = (Code.DEVICE_NOT_REGISTERED, Code.DEVICE_BLOCKED, Code.DEVICE_INACTIVE)
# What any of the endpoints may answer, whatever was asked.
COMMON_REFUSALS = (
    RequestCode.JSON_INVALID,
    RequestCode.API_KEY_MISSING,
    RequestCode.API_KEY_INVALID,
    RequestCode.SCOPE_MISSING,
    RequestCode.METHOD_NOT_ALLOWED,
    RequestCode.BODY_TOO_LARGE,
    RequestCode.MEDIA_TYPE_UNSUPPORTED,
    RequestCode.REQUEST_INVALID,
    RequestCode.RATE_LIMITED,
    RequestCode.INTERNAL_ERROR,
    RequestCode.UNAVAILABLE,
)


@dataclass(frozen=True)
class Route:
    """An endpoint: its request, its act, its answers by status, its refusals."""

    path: str
    act: Act
    request: type[Struct]
    answer: type[Struct]
    summary: str
    statuses: tuple[int, ...] = (200,)
    refusals: tuple[ProblemCode, ...] = ()
    refusal_statuses: dict[ProblemCode, int] = field(default_factory=dict)
    is_limited_by_key: bool = True

    @property
    def name(self) -> str:
        """`license/validate`: how logs and metrics call it."""
        return self.path.removeprefix(API_PATH + "/")

    def decoder(self) -> RequestDecoder[Struct]:
        """A decoder of its requests."""
        return RequestDecoder(self.request)


ROUTES = (
    Route(
        f"{API_PATH}/license/validate",
        endpoints.validate,
        requests.ValidateRequest,
        answers.ValidateAnswer,
        "May this license (on this device) run?",
    ),
    Route(
        f"{API_PATH}/license/activate",
        endpoints.activate,
        requests.ActivateRequest,
        answers.ActivateAnswer,
        "Register a device, or bring a registered one up to date.",
        statuses=(201, 200),
        refusals=(*_LICENSE_REFUSALS, Code.PRODUCT_MISMATCH, Code.DEVICE_BLOCKED, Code.DEVICE_LIMIT_REACHED),
    ),
    Route(
        f"{API_PATH}/license/deactivate",
        endpoints.deactivate,
        requests.DeactivateRequest,
        answers.DeactivateAnswer,
        "Give a device's place back; its live session ends.",
        refusals=(Code.LICENSE_NOT_FOUND, Code.DEVICE_NOT_REGISTERED),
    ),
    Route(
        f"{API_PATH}/license/checkout",
        endpoints.checkout,
        requests.CheckoutRequest,
        answers.CheckoutAnswer,
        "Take the license offline for a while.",
        statuses=(201,),
        refusals=(*_LICENSE_REFUSALS, *_DEVICE_REFUSALS, RequestCode.CHECKOUT_DISABLED),
    ),
    Route(
        f"{API_PATH}/session/start",
        endpoints.start_session,
        requests.StartRequest,
        answers.StartAnswer,
        "Take a seat for a device, or resume the one that it holds.",
        statuses=(201, 200),
        refusals=(*_LICENSE_REFUSALS, Code.PRODUCT_MISMATCH, *_DEVICE_REFUSALS, Code.SESSION_LIMIT_REACHED),
        refusal_statuses={Code.DEVICE_NOT_REGISTERED: 403},
    ),
    Route(
        f"{API_PATH}/session/heartbeat",
        endpoints.heartbeat,
        requests.HeartbeatRequest,
        answers.HeartbeatAnswer,
        "Keep a session alive.",
        refusals=(Code.SESSION_NOT_FOUND, Code.SESSION_ENDED),
        is_limited_by_key=False,
    ),
    Route(
        f"{API_PATH}/session/end",
        endpoints.end_session,
        requests.EndRequest,
        answers.EndAnswer,
        "Free a seat.",
        refusals=(Code.SESSION_NOT_FOUND,),
        is_limited_by_key=False,
    ),
)
