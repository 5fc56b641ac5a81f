"""Is a program answering? Asked over HTTP, as its clients ask."""

import http.client
from dataclasses import dataclass
from urllib.parse import urlsplit

_TIMEOUT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a program said."""

    status: int
    body: bytes


def ask(address: str, path: str) -> Answer | None:
    """The answer to `GET address/path`, None where there is none."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=_TIMEOUT_SECONDS)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return Answer(response.status, response.read())
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def answers_well(address: str, path: str) -> bool:
    """Whether `GET address/path` is answered with 200."""
    answer = ask(address, path)
    return answer is not None and answer.status == 200
