"""How somebody who was erased is known again: by keyed digests of how they were reached, never by the values."""

import hmac
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from leasehold.customers.errors import ContactInvalid
from leasehold.customers.normal import normal_detail
from leasehold.customers.vocabulary import DetailKind
from leasehold.kit.matching import digits_of
from leasehold.kit.secrets_file import read_or_create_secrets
from leasehold.privacy.errors import PersonWasErased
from leasehold.privacy.models import Erasure

_FEWEST_DIGITS: Final = 6
_AT_ONCE: Final = 1000


class Digester:
    """Makes the digests of one installation, whose key is in its secrets file."""

    def __init__(self, key: str) -> None:
        self._key = key.encode()

    def digest(self, way: str) -> bytes | None:
        """The HMAC-SHA-256 of the normal form of an e-mail address or a phone number; None for anything else."""
        normal = normal_way(way)
        return None if normal is None else hmac.digest(self._key, normal.encode(), sha256)

    def digests(self, ways: Iterable[str]) -> dict[bytes, str]:
        """Each digest of what has one, with what it is of."""
        return {digest: way for way in ways if (digest := self.digest(way)) is not None}


class ErasedPeople:
    """Those in the ledger, asked before people are written down (`kit.erased`)."""

    def __init__(self, digester: Digester) -> None:
        self._digester = digester

    def check(self, session: Session, ways: Iterable[str]) -> None:
        """Raise `PersonWasErased` for the first of the ways by which somebody erased was reached."""
        known = self.among(session, ways)
        for way, erasure in known.items():
            raise PersonWasErased(way, erasure.erased_at)

    def among(self, session: Session, ways: Iterable[str]) -> dict[str, Erasure]:
        """Of any number of addresses and numbers those of people who were erased; for the rows of an import."""
        wanted = self._digester.digests(ways)
        digests, found = list(wanted), dict[str, Erasure]()
        for start in range(0, len(digests), _AT_ONCE):
            some = digests[start : start + _AT_ONCE]
            query = select(Erasure).where(Erasure.digests.overlap(some)).order_by(Erasure.id)
            for erasure in session.scalars(query):
                found |= {wanted[digest]: erasure for digest in erasure.digests if digest in wanted}
        return found


def normal_way(way: str) -> str | None:
    """The form by which two e-mail addresses or phone numbers are the same; None for what is neither.

    That of `customers.normal`, in small letters; what is too short to be one person's number is none.
    """
    text = way.strip().removeprefix("mailto:").removeprefix("tel:")
    kind = DetailKind.EMAIL if "@" in text else DetailKind.PHONE
    if kind is DetailKind.PHONE and len(digits_of(text)) < _FEWEST_DIGITS:
        return None
    try:
        return normal_detail(kind, text).lower()
    except ContactInvalid:
        return text.lower() if kind is DetailKind.EMAIL else None


def digester_of(data_dir: Path) -> Digester:
    """That of the installation in `data_dir`. Raises `ConfigurationError` as `read_or_create_secrets` does."""
    return Digester(read_or_create_secrets(data_dir)["erasure_key"])
