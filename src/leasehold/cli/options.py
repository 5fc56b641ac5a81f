"""The options that every verb has, before or after its name."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

DataDirOption = Annotated[
    Path | None,
    typer.Option(
        "--data-dir", help="Where the data of the installation lives (or LEASEHOLD_DATA_DIR).", file_okay=False
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, errors too.")]


@dataclass(frozen=True, slots=True)
class Common:
    """What was said so far."""

    data_dir: Path | None = None
    as_json: bool = False

    def then(self, data_dir: Path | None, *, as_json: bool) -> "Common":
        """The same after more was said; what is said later wins."""
        return Common(data_dir or self.data_dir, as_json or self.as_json)


def remember(context: typer.Context, data_dir: DataDirOption = None, as_json: JsonOption = False) -> None:
    """Keep what was said between a group and its verb."""
    context.obj = (context.obj or Common()).then(data_dir, as_json=as_json)
