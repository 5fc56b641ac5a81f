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
