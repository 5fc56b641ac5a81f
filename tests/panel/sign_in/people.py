"""What people do to get in, through the panel's own pages."""

import re
from base64 import b32decode
from dataclasses import dataclass, field
from time import time

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from leasehold.kit.actor import Actor
from leasehold.kit.database import Database
from leasehold.kit.orm import transaction
from leasehold.staff.roles import Role
from leasehold.staff.rules import totp_code
from leasehold.staff.service import create_setup_link

PASSWORD = "violet harbour lantern 9"
EMAIL = "ada@firm.local"
_SECRET = re.compile(r'<code class="copyable">([A-Z2-7]{32})</code>')
_SEALED = re.compile(r'name="sealed_secret" value="([^"]+)"')
_RECOVERY_CODE = re.compile(r"<li><code>([a-z2-7-]+)</code>")


@dataclass
class Member:
    """Somebody who has joined, and what they need to get in again."""

    email: str
    password: str
    secret: bytes
    recovery_codes: list[str]
    steps_used: set[int] = field(default_factory=set)

    def code(self, ahead: int = 0) -> str:
        return totp_code(self.secret, int(time()) // 30 + ahead)


def setup_link(database: Database, **what: object) -> str:
    with transaction(database, Actor("cli:test")) as session:
        return f"/setup/{create_setup_link(session, **what)}"  # type: ignore[arg-type]  # as the test says


def join(client: FlaskClient, link: str, email: str = EMAIL, password: str = PASSWORD) -> TestResponse:
    return client.post(link, data={"name": "Ada Byron", "email": email, "password": password})


def enrol(client: FlaskClient, email: str = EMAIL, password: str = PASSWORD) -> Member:
    page = client.get("/sign-in/enrol").text
    text, sealed = _SECRET.findall(page)[0], _SEALED.findall(page)[0]
    secret = b32decode(text)
    code = totp_code(secret, int(time()) // 30)
    answer = client.post("/sign-in/enrol", data={"code": code, "sealed_secret": sealed})
    assert answer.status_code == 200, answer.text
    codes = _RECOVERY_CODE.findall(answer.text)
    assert len(codes) == 10
    return Member(email, password, secret, codes)


def joined(panel: Flask, database: Database, email: str = EMAIL, role: Role = Role.ADMINISTRATOR) -> Member:
    """A member who has joined, with a browser that is not used any more; their next code is good."""
    client = panel.test_client()
    assert join(client, setup_link(database, role=role), email).location == "/sign-in/enrol"
    member = enrol(client, email)
    forget_codes(database)
    return member


def forget_codes(database: Database) -> None:
    """Time goes on: the codes of this moment have not been used."""
    with database.connect(application="test") as connection:
        Actor("cli:test").sign(connection)
        connection.execute("UPDATE staff_totps SET last_step = 0")


def give_password(client: FlaskClient, member: Member, password: str | None = None) -> TestResponse:
    return client.post("/sign-in", data={"email": member.email, "password": password or member.password})


def give_code(client: FlaskClient, code: str) -> TestResponse:
    return client.post("/sign-in/second-factor", data={"code": code})


def sign_in(client: FlaskClient, member: Member, database: Database) -> None:
    forget_codes(database)
    assert give_password(client, member).location == "/sign-in/second-factor"
    assert give_code(client, member.code()).location in ("/dashboard", "/account")
    forget_codes(database)


def is_in(client: FlaskClient) -> bool:
    return client.get("/account").status_code == 200
