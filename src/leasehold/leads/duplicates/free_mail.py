"""Domains at which anybody gets an e-mail address: two who are there have nothing in common."""

from functools import cache
from importlib.resources import files
from typing import Final

_LIST: Final = "free_mail_domains.txt"


def is_free_mail(domain: str) -> bool:
    """Whether anybody gets an address at `domain`, which is in small letters."""
    return domain in _domains()


@cache
def _domains() -> frozenset[str]:
    return frozenset(files(__package__).joinpath(_LIST).read_text(encoding="ascii").split())
