"""TLS as testssl.sh sees it, on both names."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.deployment.proxied import API, PANEL, Proxied

# What a self-signed certificate cannot pass, and what depends on DNS.
NOT_OURS = {"cert_trust", "cert_chain_of_trust", "cert_notAfter", "cert_revocation", "cert_crlDistributionPoints",
            "cert_caIssuers", "DNS_CAArecord", "OCSP_stapling", "cert_extlifeSpan"}  # fmt: skip
BAD = {"LOW", "MEDIUM", "HIGH", "CRITICAL", "FATAL"}


@pytest.mark.slow
@pytest.mark.parametrize("name", [API, PANEL])
def test_testssl_finds_nothing_wrong(site: Proxied, tmp_path: Path, name: str) -> None:
    program = shutil.which("testssl") or shutil.which("testssl.sh")
    assert program, "this test needs testssl.sh: apt-get install testssl.sh"
    report = tmp_path / "report.json"
    command = [
        program, "--quiet", "--color", "0", "--warnings", "off", "--ip", "127.0.0.1", "--nodns", "none", "--jsonfile",
        str(report), "--protocols", "--server-preference", "--fs", "--server-defaults", "--standard",
        f"{name}:{site.https_port}",
    ]  # fmt: skip
    subprocess.run(command, check=False, capture_output=True, timeout=600)
    findings = {found["id"]: found for found in json.loads(report.read_text())}
    wrong = {key: found["finding"] for key, found in findings.items() if found["severity"] in BAD}
    assert {key: finding for key, finding in wrong.items() if key not in NOT_OURS} == {}
    offered = {key: findings[key]["severity"] for key in ("TLS1", "TLS1_1", "TLS1_2", "TLS1_3")}
    assert offered == {"TLS1": "INFO", "TLS1_1": "INFO", "TLS1_2": "OK", "TLS1_3": "OK"}
