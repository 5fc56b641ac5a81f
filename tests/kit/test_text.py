"""Text of several lines is kept as it was meant."""

import pytest

from leasehold.kit.errors import DomainError
from leasehold.kit.text import clean_paragraphs


def test_lines_stay_lines() -> None:
    text = "\r\n First  line \r\n\r\n\tsecond A\u0308 \n\n"
    assert clean_paragraphs(text, what="The note", longest=100) == " First  line\n\n\tsecond Ä"


@pytest.mark.parametrize("text", ["", " \n\t\n ", "a\x00b", "a\rb", "\x1b[1m", "\ud800", "x" * 101])
def test_what_cannot_be_shown_is_refused(text: str) -> None:
    with pytest.raises(DomainError) as refused:
        clean_paragraphs(text, what="The note", longest=100)
    assert refused.value.code == "text_invalid"
