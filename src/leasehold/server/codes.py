"""The words that only a delivery over HTTP needs; those of licensing are in `licensing.vocabulary`."""

from enum import StrEnum


class RequestCode(StrEnum):
    """Why a request was refused before, or apart from, a decision about a license."""

    API_KEY_MISSING = "api_key_missing"
    API_KEY_INVALID = "api_key_invalid"
    SCOPE_MISSING = "scope_missing"
    JSON_INVALID = "json_invalid"
    BODY_TOO_LARGE = "body_too_large"
    MEDIA_TYPE_UNSUPPORTED = "media_type_unsupported"
    REQUEST_INVALID = "request_invalid"
    PATH_NOT_FOUND = "path_not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    CHECKOUT_DISABLED = "checkout_disabled"
    RATE_LIMITED = "rate_limited"
    UNAVAILABLE = "unavailable"
    INTERNAL_ERROR = "internal_error"


class FieldCode(StrEnum):
    """What is wrong with one field of a request."""

    MISSING = "missing"
    WRONG_TYPE = "wrong_type"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    MALFORMED = "malformed"
    UNKNOWN_VALUE = "unknown_value"
    OUT_OF_RANGE = "out_of_range"
