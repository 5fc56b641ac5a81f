import json
from pathlib import Path

import pytest

from leasehold.embedded import log_files
from leasehold.embedded.log_files import WarningsOf, last_words, log_path, open_log


def _write(data_dir: Path, text: str) -> None:
    descriptor = open_log(data_dir, "worker")
    with open(descriptor, "w", encoding="utf-8") as file:  # noqa: PTH123  # a descriptor, not a path
        file.write(text)


def test_warnings_are_given_once_and_only_whole_lines(tmp_path: Path) -> None:
    _write(tmp_path, json.dumps({"level": "error", "event": "of an earlier run"}) + "\n")
    warnings = WarningsOf(log_path(tmp_path, "worker"))
    assert warnings.new() == []
    _write(
        tmp_path, '{"level": "info", "event": "quiet"}\n{"level": "warning", "event": "loud"}\nplain\n{"level": "err'
    )
    assert warnings.new() == ["loud"]
    _write(tmp_path, 'or", "event": "late"}\n2026 [7] PANIC:  no space left\n')
    assert warnings.new() == ["late", "2026 [7] PANIC:  no space left"]
    assert warnings.new() == []


def test_a_long_log_is_put_aside_at_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_files, "_KEEP_BYTES", 10)
    _write(tmp_path, "of yesterday\n")
    _write(tmp_path, "of today\n")
    assert log_path(tmp_path, "worker").read_text() == "of today\n"
    assert (tmp_path / "logs" / "worker.log.1").read_text() == "of yesterday\n"


def test_last_words_are_plain_text_only(tmp_path: Path) -> None:
    _write(tmp_path, "ModuleNotFoundError: No module named 'x'\n")
    assert last_words(log_path(tmp_path, "worker")) == "ModuleNotFoundError: No module named 'x'"
    _write(tmp_path, '{"level": "critical", "event": "said already"}\n')
    assert last_words(log_path(tmp_path, "worker")) == ""
