import pytest

from leasehold.panel.redirects import own_path

FOREIGN = [
    "//evil.example", "///evil.example", "////evil.example", "/\\evil.example", "\\\\evil.example", "\\/evil.example",
    "http://evil.example", "https://evil.example", "HTTPS://evil.example", "https:evil.example", "https:/evil.example",
    "https:///evil.example", "http:\\\\evil.example", "ftp://evil.example", "javascript:alert(1)", "JaVaScript:x",
    "data:text/html,x", "vbscript:x", "mailto:a@b", "evil.example", "evil.example/path", "@evil.example", "?next=/x",
    "#x", "", " ", " /x", "\t/x", "\n//evil.example", "/\t/evil.example", "/\n/evil.example", "/ x", "/x\r\nA: b",
    "/x\0", "/ü", "/\u2028", ".", "..", "../x", "//", "/\\", "/\\/evil.example", "//user@evil.example", "/x\\y",
]  # fmt: skip


@pytest.mark.parametrize("target", FOREIGN)
def test_nobody_is_sent_to_a_foreign_page(target: str) -> None:
    assert own_path(target) is None


@pytest.mark.parametrize("target", ["/", "/licenses", "/licenses?q=a%20b&page=2", "/a//b", "/x?next=//evil.example"])
def test_a_path_of_ours_is_kept(target: str) -> None:
    assert own_path(target) == target
