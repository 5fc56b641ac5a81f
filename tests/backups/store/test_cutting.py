from pathlib import Path
from random import Random

import pytest

from leasehold.backups.store import cutting
from leasehold.backups.store.cutting import cut, first_line
from tests.backups.store.store import rows


def pieces_of(path: Path, data: bytes) -> list[bytes]:
    path.write_bytes(data)
    return list(cut(path))


def test_a_file_that_fits_is_one_piece_and_an_empty_one_is_none(tmp_path: Path) -> None:
    assert pieces_of(tmp_path / "f", bytes(cutting.LARGEST)) == [bytes(cutting.LARGEST)]
    assert pieces_of(tmp_path / "f", b"") == []


def test_a_larger_file_is_cut_where_lines_begin(tmp_path: Path, small_pieces: None) -> None:
    data = rows(0, 10_000)
    pieces = pieces_of(tmp_path / "f", data)
    assert b"".join(pieces) == data
    assert all(piece.endswith(b"\n") for piece in pieces)
    assert all(cutting._SMALLEST <= len(piece) <= cutting.LARGEST for piece in pieces[:-1])


@pytest.mark.parametrize("line", [b"x", b"x\n", b"x" * 40_000 + b"\n", b"\n"])
def test_lines_of_any_length_are_cut(tmp_path: Path, small_pieces: None, line: bytes) -> None:
    data = line * (200_000 // len(line))
    pieces = pieces_of(tmp_path / "f", data)
    assert b"".join(pieces) == data
    assert max(map(len, pieces)) <= cutting.LARGEST


@pytest.mark.parametrize("change", ["inserted", "removed"])
def test_one_row_more_or_less_moves_few_borders(tmp_path: Path, small_pieces: None, change: str) -> None:
    lines = rows(0, 20_000).splitlines(keepends=True)
    before = {first_line(piece) for piece in pieces_of(tmp_path / "f", b"".join(lines))}
    place = Random(1).randrange(len(lines) // 10)
    lines[place : place + (change == "removed")] = [] if change == "removed" else [b"a new row\n"]
    after = {first_line(piece) for piece in pieces_of(tmp_path / "f", b"".join(lines))}
    assert len(before) > 50
    assert len(after - before) <= 5
