import json
import subprocess
import sys

import pytest

from leasehold.kit.logging import mask_secrets

_LOGS = """
import logging, structlog, warnings
from leasehold.kit.logging import configure_logging
configure_logging("test")
logging.getLogger("library").warning("key %s", "AF-2026-ABCDEFGHIJKLMNOPQRSTUVWXYZ012345", extra={"batch": 7})
structlog.get_logger("ours").info("started", token="0b9d1f0e-8a59-4d3c-9a53-9d0a55a0a111", name="Jürgen")
logging.getLogger("library").debug("unseen")
try:
    raise ValueError("license 0123A-4567B-89CDE-FGHJK-MNPQR")
except ValueError:
    logging.getLogger("library").exception("failed")
raise RuntimeError("the end")
"""


def test_everything_is_one_json_object_a_line_without_secrets() -> None:
    done = subprocess.run([sys.executable, "-c", _LOGS], capture_output=True, check=False, text=True)
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [(line["program"], line["level"], line["event"]) for line in lines] == [
        ("test", "warning", "key [API key]"),
        ("test", "info", "started"),
        ("test", "error", "failed"),
        ("test", "critical", "ended by RuntimeError: the end"),
    ]
    assert lines[0]["batch"] == 7
    assert (lines[1]["token"], lines[1]["name"]) == ("[session token]", "Jürgen")
    assert "ValueError: license [license key]" in lines[2]["exception"]


@pytest.mark.parametrize(
    ("line", "masked"),
    [
        ("0123a-4567b-89cde-fghjk-mnpqr", "[license key]"),
        ("0123A4567B89CDEFGHJKMNPQR", "[license key]"),
        ("Authorization: Bearer AF-2026-ABCDEFGHIJKLMNOPQRSTUVWXYZ012345", "Authorization: Bearer [API key]"),
        (r"body {\"license_key\": \"0123A-4567B-89CDE-FGHJK-MNPQR\"}", r"body {\"license_key\": \"[license key]\"}"),
        ("session_token=9F1C1B1E-4B0A-4F53-8D0E-6F0F6F0C2B7A&x", "session_token=[session token]&x"),
        ('"request_id": "0f8fad5bd9cb469fa16570867728950e"', None),
        ('"request_id": "0f8fad5bd9cb469f-1a"', None),
        ("GET /setup/abc_DEF-1?x", "GET /setup/[token]?x"),
        ("postgresql://owner:p%40ss@host/db", "postgresql://owner:[password]@host/db"),
        ("host=/run password='a b' user=x", "host=/run password=[password] user=x"),
        ("license_heartbeats_2026_11 is 32 characters, job partitions done", None),
        ("2026-11-23 23:40:20.703 UTC [12041]", None),
    ],
)
def test_what_is_masked_and_what_is_not(line: str, masked: str | None) -> None:
    assert mask_secrets(line) == (masked or line)
