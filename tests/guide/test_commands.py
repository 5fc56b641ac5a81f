"""Every command that the README and the guide show is run, page by page and from top to bottom.

What this reader cannot do, another test does, which is named in the page; what no test machine can do is marked with
the reason, and only read by a shell.
"""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.checkout import ROOT
from tests.embedded.installation import leasehold
from tests.guide.pages import Block, blocks_of, pages
from tests.guide.reader import Reader

BLOCKS = [block for page in pages() for block in blocks_of(page)]


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    """Somebody who reads from the beginning."""
    reader = Reader(tmp_path)
    yield reader
    reader.stop()


@pytest.mark.slow
def test_what_the_pages_show_can_be_typed(reader: Reader) -> None:
    for block in BLOCKS:
        if block.why is block.by is None:
            reader.run(block)
    assert leasehold("audit", "verify", **reader.where).returncode == 0


@pytest.mark.parametrize("block", [block for block in BLOCKS if block.by], ids=str)
def test_what_another_test_runs_is_run_there(block: Block) -> None:
    test = (ROOT / str(block.by)).read_text(encoding="utf-8")
    named = re.findall(rf'shown\("{re.escape(block.page)}", "([^"]+)"\)', test)
    assert [command for command in named if command in block.commands], f"{block.by} does not run {block}"


@pytest.mark.parametrize("block", [block for block in BLOCKS if block.why], ids=str)
def test_what_cannot_be_run_here_is_at_least_read(block: Block) -> None:
    done = subprocess.run(["bash", "-n", "-c", block.commands], capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stderr


def test_most_of_the_readme_is_run() -> None:
    assert len([block for block in BLOCKS if block.page == "README.md" and block.why is None]) >= 6
