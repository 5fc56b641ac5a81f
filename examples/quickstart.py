#!/usr/bin/env python3
"""A program that asks Leasehold whether it may run: standard library only.

    python3 examples/quickstart.py --api-key AF-2026-… --license-key XXXXX-XXXXX-XXXXX-XXXXX-XXXXX

It activates this machine, starts a session, beats a few times, shows how one session too many is denied, and ends.
"""

import argparse
import hashlib
import json
import platform
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path
from typing import Any


class Leasehold:
    """The License API, as little of it as this example needs."""

    def __init__(self, server: str, api_key: str) -> None:
        self._server = server.rstrip("/")
        self._api_key = api_key

    def post(self, path: str, **body: Any) -> tuple[int, dict[str, Any]]:
        """The status and the answer. A refusal is an answer too; only a server that cannot be reached ends us."""
        request = urllib.request.Request(
            f"{self._server}/api/v1/{path}",
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json", "X-API-Key": self._api_key},
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as response:
                return response.status, json.load(response)
        except urllib.error.HTTPError as refusal:
            return refusal.code, json.load(refusal)
        except urllib.error.URLError as error:
            raise SystemExit(f"{self._server} cannot be reached: {error.reason}. Does `leasehold up` run?") from error

    def ask(self, path: str, **body: Any) -> dict[str, Any]:
        """The answer, if it grants what was asked for; otherwise the end, with the reason."""
        status, answer = self.post(path, **body)
        if status >= 300:
            raise SystemExit(f"{answer['code']}: {answer['detail']}")
        return answer


def fingerprint_of_this_machine() -> str:
    """A stable name for this hardware: the machine's id where there is one, else its network address."""
    for path in (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id")):
        if path.is_file() and path.read_text().strip():
            return hashlib.sha256(path.read_bytes().strip()).hexdigest()
    return hashlib.sha256(f"{platform.node()}-{uuid.getnode()}".encode()).hexdigest()


def devices_for(license_: dict[str, Any]) -> dict[str, str]:
    """This machine, and colleagues that we make up, as many as the license has room for: name to fingerprint."""
    ours = fingerprint_of_this_machine()
    colleagues = [f"colleague {number}" for number in range(1, license_["device_limit"])]
    return {"this machine": ours} | {name: hashlib.sha256(f"{ours} {name}".encode()).hexdigest() for name in colleagues}


def activate(leasehold: Leasehold, device: dict[str, str], name: str) -> None:
    """Register a device under the license (again and again is fine)."""
    system = f"{platform.system()} {platform.release()}"[:80]
    described = {"device_name": name, "device_type": "desktop", "operating_system": system}
    answer = leasehold.ask("license/activate", **device, **described)
    taken, limit = answer["license"]["devices_active"], answer["license"]["device_limit"]
    print(f"{name}: activated as {device['hardware_fingerprint'][:12]}…, device {taken} of {limit}")


def start(leasehold: Leasehold, device: dict[str, str], name: str) -> str | None:
    """Take a seat; the session's token, or None where no seat is free."""
    status, answer = leasehold.post("session/start", **device)
    if status == 409:
        print(f"{name}: denied, {answer['code']}: {answer['detail']}")
        return None
    if status >= 300:
        raise SystemExit(f"{answer['code']}: {answer['detail']}")
    verb = "resumed" if answer["resumed"] else "started"
    print(f"{name}: session {verb}, {answer['license']['sessions_live']} live now")
    return str(answer["session_token"])


def run(leasehold: Leasehold, license_key: str, *, beats: int, pause: float) -> None:
    """The whole life of the sessions that the license has room for, and the denial of one more."""
    answer = leasehold.ask("license/validate", license_key=license_key)
    if not answer["valid"]:
        raise SystemExit(f"{answer['code']}: {answer['detail']}")
    license_ = answer["license"]
    limits = f"{license_['device_limit']} devices, {license_['concurrent_sessions_limit']} at once"
    print(f"license for {license_['product']}: {limits}")
    tokens = {}
    for name, fingerprint in devices_for(license_).items():
        device = {"license_key": license_key, "hardware_fingerprint": fingerprint}
        activate(leasehold, device, name)
        token = start(leasehold, device, name)
        if token is None:
            break
        tokens[name] = token
    for number in range(1, beats + 1):
        time.sleep(pause)
        for name, token in tokens.items():
            beat = leasehold.ask("session/heartbeat", session_token=token)
            print(f"{name}: heartbeat {number}, live until {beat['expires_at']}")
    for name, token in tokens.items():
        ended = leasehold.ask("session/end", session_token=token)
        print(f"{name}: session ended after {ended['duration']} s ({ended['end_reason']})")


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", default="http://127.0.0.1:8090")
    parser.add_argument("--api-key", required=True)
    parser.add_argument("--license-key", required=True)
    parser.add_argument("--beats", type=int, default=3, help="how many heartbeats each session sends")
    parser.add_argument(
        "--pause", type=float, default=1.0, help="seconds between them; a real program obeys the server"
    )
    arguments = parser.parse_args()
    leasehold = Leasehold(arguments.server, arguments.api_key)
    run(leasehold, arguments.license_key, beats=arguments.beats, pause=arguments.pause)


if __name__ == "__main__":
    main()
