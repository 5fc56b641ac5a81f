"""The words of this capability, as the database has them."""

from enum import StrEnum


class Language(StrEnum):
    """What somebody is written to in."""

    DE = "de"
    EN = "en"


class DetailKind(StrEnum):
    """How somebody is reached."""

    EMAIL = "email"
    PHONE = "phone"
    MOBILE = "mobile"
    WEB = "web"
    OTHER = "other"


class InstitutionKind(StrEnum):
    """What sort of organisation it is."""

    COMPANY = "company"
    PUBLIC_BODY = "public_body"
    UNIVERSITY = "university"
    NON_PROFIT = "non_profit"
    OTHER = "other"


class Salutation(StrEnum):
    """How a person is addressed."""

    MS = "ms"
    MR = "mr"
    NEUTRAL = "neutral"


class DetailStatus(StrEnum):
    """Whether somebody was reached that way."""

    UNVERIFIED = "unverified"
    VERIFIED = "verified"
    INVALID = "invalid"


class AddressKind(StrEnum):
    """What an address is for."""

    POSTAL = "postal"
    BILLING = "billing"
    DELIVERY = "delivery"
    VISIT = "visit"
