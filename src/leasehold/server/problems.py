"""Errors as RFC 9457 tells them: one table from code to status, title and sentence."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import msgspec

from leasehold.licensing.vocabulary import Code
from leasehold.server.codes import RequestCode

MEDIA_TYPE = "application/problem+json"
# For what does not come from the lanes, which say themselves how long to stay away.
RETRY_AFTER_SECONDS = 2

ProblemCode = Code | RequestCode
Header = tuple[bytes, bytes]


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """How a code is told: the HTTP status, a title for the kind, a sentence that a person can act on."""

    status: int
    title: str
    detail: str


PROBLEMS: dict[ProblemCode, ProblemKind] = {
    Code.LICENSE_NOT_FOUND: ProblemKind(
        404, "License not found", "There is no license with this key: compare it with the key that was issued."
    ),
    Code.LICENSE_SUSPENDED: ProblemKind(
        403, "License suspended", "The license is suspended for now: ask the vendor why, and to resume it."
    ),
    Code.LICENSE_NOT_YET_VALID: ProblemKind(
        403, "License not yet valid", "The license is not valid yet: wait until its valid_from."
    ),
    Code.LICENSE_EXPIRED: ProblemKind(403, "License expired", "The license has expired: ask the vendor to renew it."),
    Code.PRODUCT_MISMATCH: ProblemKind(
        403, "Wrong product", "The license is for another product: use the key that was issued for this one."
    ),
    Code.DEVICE_NOT_REGISTERED: ProblemKind(
        404, "Device not registered", "This device is not registered under the license: activate it first."
    ),
    Code.DEVICE_BLOCKED: ProblemKind(
        403, "Device blocked", "The vendor has blocked this device: only the vendor can bring it back."
    ),
    Code.DEVICE_INACTIVE: ProblemKind(
        403, "Device inactive", "This device was deactivated: activate it again before it is used."
    ),
    Code.DEVICE_LIMIT_REACHED: ProblemKind(
        409,
        "Device limit reached",
        "The license has as many active devices as it allows: deactivate one of them, or ask for a higher limit.",
    ),
    Code.SESSION_LIMIT_REACHED: ProblemKind(
        409,
        "Session limit reached",
        "All sessions that the license allows at once are taken: end one, or try again after retry_after seconds.",
    ),
    Code.SESSION_NOT_FOUND: ProblemKind(
        404, "Session not found", "There is no session with this token: start one and use the token of the answer."
    ),
    Code.SESSION_ENDED: ProblemKind(
        410, "Session ended", "The session has ended, for the reason in end_reason: start a new one."
    ),
    RequestCode.API_KEY_MISSING: ProblemKind(
        401, "API key missing", "The header X-API-Key is missing: send the API key that the operator issued."
    ),
    RequestCode.API_KEY_INVALID: ProblemKind(
        401, "API key invalid", "The API key is unknown, revoked or expired: ask the operator for a valid one."
    ),
    RequestCode.SCOPE_MISSING: ProblemKind(
        403, "Scope missing", "The API key is valid but not for this endpoint: ask the operator for one with its scope."
    ),
    RequestCode.JSON_INVALID: ProblemKind(
        400, "Invalid JSON", "The body is not valid JSON in UTF-8: send one JSON object."
    ),
    RequestCode.BODY_TOO_LARGE: ProblemKind(
        413, "Body too large", "The body is over 64 KiB: no request needs as much, send the documented fields only."
    ),
    RequestCode.MEDIA_TYPE_UNSUPPORTED: ProblemKind(
        415,
        "Media type not supported",
        "The body is not declared as JSON: send Content-Type: application/json.",
    ),
    RequestCode.REQUEST_INVALID: ProblemKind(
        422, "Request invalid", "The request breaks the rules of one or more fields: see errors, and correct them."
    ),
    RequestCode.PATH_NOT_FOUND: ProblemKind(
        404, "No such path", "There is nothing at this path: the endpoints are listed at /docs."
    ),
    RequestCode.METHOD_NOT_ALLOWED: ProblemKind(
        405, "Method not allowed", "This path does not know the method: use one of those in the header Allow."
    ),
    RequestCode.CHECKOUT_DISABLED: ProblemKind(
        403, "Checkout disabled", "This license cannot be taken offline: ask the vendor to allow it, or stay online."
    ),
    RequestCode.RATE_LIMITED: ProblemKind(
        429,
        "Too many refused calls",
        "Too many calls from here were refused: correct them, wait as Retry-After says.",
    ),
    RequestCode.UNAVAILABLE: ProblemKind(
        503, "Not available", "The server cannot decide now: send the same request again after Retry-After seconds."
    ),
    RequestCode.INTERNAL_ERROR: ProblemKind(
        500, "Internal error", "The server has a defect: report it to the operator with the request_id."
    ),
}


class Problem(Exception):
    """An answer that is an error. `members` are the further ones that the code promises.

    `refused` is what the limits on callers count it as; `license_id` says which license refuses, where one does.
    """

    def __init__(
        self,
        code: ProblemCode,
        *,
        detail: str | None = None,
        status: int | None = None,
        headers: tuple[Header, ...] = (),
        members: Mapping[str, Any] | None = None,
        license_id: int | None = None,
    ) -> None:
        kind = PROBLEMS[code]
        super().__init__(detail or kind.detail)
        self.code = code
        self.refused = code
        self.license_id = license_id
        self.status = status or kind.status
        self.title = kind.title
        self.detail = detail or kind.detail
        self.headers = headers
        self.members: Mapping[str, Any] = members or {}

    def body(self, request_id: str) -> bytes:
        """The document, in JSON."""
        return msgspec.json.encode(
            {
                "type": f"/docs#{self.code.value}",
                "title": self.title,
                "status": self.status,
                "detail": self.detail,
                "code": self.code.value,
                "request_id": request_id,
                **self.members,
            }
        )


def unavailable(retry_after: int = RETRY_AFTER_SECONDS) -> Problem:
    """503: the database cannot be reached, or the server sheds load."""
    return Problem(RequestCode.UNAVAILABLE, headers=(retry_after_header(retry_after),))


def rate_limited(retry_after: int) -> Problem:
    """429: come back in `retry_after` seconds."""
    return Problem(RequestCode.RATE_LIMITED, headers=(retry_after_header(retry_after),))


def retry_after_header(seconds: int) -> Header:
    """Whole seconds, as every client understands them."""
    return b"retry-after", str(seconds).encode()


def reason(status: int) -> str:
    """The standard phrase for a status."""
    return HTTPStatus(status).phrase
