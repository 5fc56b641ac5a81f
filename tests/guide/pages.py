"""The commands that a page of the documentation shows, as a reader meets them."""

import re
from dataclasses import dataclass

from tests.checkout import ROOT

_MARK = r"^<!-- (?:not run: (?P<why>[^>]+)|run by (?P<by>\S+)) -->\n"
_BLOCK = re.compile(rf"(?:{_MARK})?^```sh\n(?P<commands>.*?)^```$", re.M | re.S)


@dataclass(frozen=True, slots=True)
class Block:
    """Commands that are shown together; `line` is the first of them.

    `by` is the test that runs them where the reader cannot, `why` says why no test can.
    """

    page: str
    line: int
    commands: str
    why: str | None
    by: str | None

    @property
    def lines(self) -> list[str]:
        """One command each, however many lines it is shown on."""
        return self.commands.replace("\\\n", "").splitlines()

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks_of(page: str) -> list[Block]:
    """The blocks of a page, from top to bottom."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return [
        Block(page, text.count("\n", 0, found.start("commands")) + 1, found["commands"], found["why"], found["by"])
        for found in _BLOCK.finditer(text)
    ]


def pages() -> list[str]:
    """The README and every page of the guide that shows commands, the README first."""
    named = ["README.md", *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md")))]
    return [page for page in named if blocks_of(page)]


def shown(page: str, command: str) -> list[str]:
    """The commands of the one block of `page` in which `command` stands."""
    (block,) = [block for block in blocks_of(page) if command in block.commands]
    return block.lines
