"""Under which id a request of the panel stands in the audit log."""

import pytest
from flask import Flask

from leasehold.panel.context import actor

UNIX_SOCKET, STRANGER = "", "203.0.113.9"


@pytest.mark.parametrize(
    ("peer", "said", "is_taken"),
    [
        (UNIX_SOCKET, "0f8fad5bd9cb469fa16570867728950e", True),
        (UNIX_SOCKET, "not/well/formed", False),
        (UNIX_SOCKET, "", False),
        (STRANGER, "0f8fad5bd9cb469fa16570867728950e", False),
    ],
)
def test_the_proxys_id_is_taken_and_nobody_elses(panel: Flask, peer: str, said: str, *, is_taken: bool) -> None:
    with panel.test_request_context("/", headers={"X-Request-ID": said}, environ_base={"REMOTE_ADDR": peer}):
        request_id = actor().request_id
        assert (request_id == said) is is_taken
        assert request_id == actor().request_id != ""
