"""A client process for the race tests: standard library only, so that dozens start in a second.

Reads one JSON object from standard input: host, port, api_key, threads (each a list of [path, body]), and prints for
each thread the list of [path, body, status, answer]. A body may refer to the token of an earlier answer of its thread
as "$TOKEN". Threads wait for each other, and the process for a line on standard input, so that all start at once.
A call that gets no answer, or 503, is sent again, as a client should.
"""

import http.client
import json
import sys
import threading
import time
from typing import Any

_TRIES = 400
_NO_TOKEN = "00000000-0000-4000-8000-000000000000"


class Caller:
    """One connection and the token it was given last."""

    def __init__(self, job: dict[str, Any]) -> None:
        self._job = job
        self._connection: http.client.HTTPConnection | None = None
        self._token = _NO_TOKEN

    def call(self, path: str, body: dict[str, Any]) -> list[Any]:
        """The answer to one request, however long it takes to get one."""
        sent = {name: self._token if value == "$TOKEN" else value for name, value in body.items()}
        for _ in range(_TRIES):
            try:
                status, answer = self._send(path, sent)
            except (OSError, http.client.HTTPException):
                self._connection = None
                time.sleep(0.02)
                continue
            if status == 503:
                time.sleep(0.02)
                continue
            self._token = answer.get("session_token", self._token)
            return [path, sent, status, answer]
        return [path, sent, 0, {}]

    def _send(self, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if self._connection is None:
            self._connection = http.client.HTTPConnection(self._job["host"], self._job["port"], timeout=20)
        headers = {"X-API-Key": self._job["api_key"], "Content-Type": "application/json"}
        self._connection.request("POST", f"/api/v1/{path}", json.dumps(body), headers)
        response = self._connection.getresponse()
        return response.status, json.loads(response.read())


def main() -> None:
    """Run the job on standard input."""
    job = json.loads(sys.stdin.readline())
    results: list[list[Any]] = [[] for _ in job["threads"]]
    gate = threading.Barrier(len(job["threads"]) + 1)

    def work(number: int) -> None:
        caller = Caller(job)
        gate.wait()
        for path, body in job["threads"][number]:
            results[number].append(caller.call(path, body))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(job["threads"]))]
    for thread in threads:
        thread.start()
    print("ready", flush=True)  # noqa: T201  # the protocol with the test
    sys.stdin.readline()
    gate.wait()
    for thread in threads:
        thread.join()
    print(json.dumps(results), flush=True)  # noqa: T201  # the protocol with the test


if __name__ == "__main__":
    main()
