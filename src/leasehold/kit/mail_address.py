"""The addresses that mails come from and go to, as people write them: with a name before them or without."""

import re
from email.utils import parseaddr

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")


def is_mail_address(text: str) -> bool:
    """Whether `text` is one bare address in ASCII, such as licenses@example.org."""
    return _ADDRESS.fullmatch(text) is not None


def is_sender(text: str) -> bool:
    """Whether `text` is an address, or a name and an address such as `Acme <licenses@example.org>`."""
    return text.isprintable() and is_mail_address(parseaddr(text)[1]) and text.endswith((parseaddr(text)[1], ">"))
