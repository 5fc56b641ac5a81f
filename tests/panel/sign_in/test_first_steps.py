"""From the link to being in, and out again."""

import threading

from flask import Flask
from flask.testing import FlaskClient

from leasehold.kit.database import Database
from tests.panel.sign_in.people import (
    EMAIL,
    enrol,
    give_code,
    give_password,
    is_in,
    join,
    joined,
    setup_link,
    sign_in,
)


def test_the_link_leads_to_a_password_a_second_factor_and_in(client: FlaskClient, database: Database) -> None:
    link = setup_link(database)
    assert client.get(link).status_code == 200
    assert join(client, link).location == "/sign-in/enrol"
    assert not is_in(client)
    assert client.get("/account").location == "/sign-in?next=/account"
    enrol(client)
    assert is_in(client)
    assert client.get(link).status_code == 404
    assert join(client, link, "other@firm.local").status_code == 404


def test_password_and_code_let_in_and_sign_out_lets_out(panel: Flask, client: FlaskClient, database: Database) -> None:
    member = joined(panel, database)
    assert give_password(client, member).location == "/sign-in/second-factor"
    assert not is_in(client)
    assert give_code(client, member.code()).location in ("/dashboard", "/account")
    assert is_in(client)
    stolen = client.get_cookie("leasehold_session")
    assert client.post("/sign-out").location == "/"
    assert not is_in(client)
    client.set_cookie("leasehold_session", stolen.value if stolen else "")
    assert not is_in(client)


def test_a_link_makes_one_member_however_many_use_it_at_once(panel: Flask, database: Database) -> None:
    link = setup_link(database)
    answers: list[int] = []
    begun = threading.Barrier(4, timeout=20)

    def use(number: int) -> None:
        begun.wait()
        answers.append(join(panel.test_client(), link, f"{number}@firm.test").status_code)

    threads = [threading.Thread(target=use, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(answers) == [302, 404, 404, 404]
    with database.connect(application="test") as connection:
        assert connection.execute("SELECT count(*) FROM staff_members").fetchone() == (1,)


def test_what_is_refused_leaves_the_link_and_what_was_typed(client: FlaskClient, database: Database) -> None:
    link = setup_link(database)
    for email, password, said in (
        (EMAIL, "short", "it needs at least 12"),
        (EMAIL, "Password12345", "too easily guessed"),
        (EMAIL, "ada@firm.local1", "too easily guessed"),
        (EMAIL, "x" * 1025, "at most 1024"),
        ("nonsense", "violet harbour lantern", "not an e-mail address"),
    ):
        answer = join(client, link, email, password)
        assert (answer.status_code, said in answer.text) == (422, True), (email, password)
        assert "Ada Byron" in answer.text
        assert password not in answer.text
    assert join(client, link).status_code == 302


def test_a_taken_address_is_refused(panel: Flask, client: FlaskClient, database: Database) -> None:
    joined(panel, database)
    link = setup_link(database)
    answer = join(client, link, EMAIL.upper())
    assert (answer.status_code, "is a member already" in answer.text) == (422, True)
    assert join(client, link, "grace@firm.test").status_code == 302


def test_the_next_page_is_the_one_that_was_asked_for(panel: Flask, client: FlaskClient, database: Database) -> None:
    member = joined(panel, database)
    assert client.get("/staff?x=1").location == "/sign-in?next=/staff?x%3D1"
    data = {"email": member.email, "password": member.password, "next": "/staff?x=1"}
    answer = client.post("/sign-in", data=data)
    assert answer.location == "/sign-in/second-factor?next=/staff?x%3D1"
    assert client.post(answer.location, data={"code": member.code()}).location == "/staff?x=1"


def test_a_foreign_page_is_not_gone_to(panel: Flask, client: FlaskClient, database: Database) -> None:
    member = joined(panel, database)
    for target in (
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "\t//evil.example",
    ):
        client.post("/sign-out")
        data = {"email": member.email, "password": member.password, "next": target}
        assert client.post("/sign-in", data=data).location == "/sign-in/second-factor"
        answer = client.post("/sign-in/second-factor", data={"code": member.recovery_codes.pop(), "next": target})
        assert answer.location in ("/dashboard", "/account")


def test_signing_in_again_ends_the_session_before(panel: Flask, client: FlaskClient, database: Database) -> None:
    member = joined(panel, database)
    sign_in(client, member, database)
    before = client.get_cookie("leasehold_session")
    sign_in(client, member, database)
    thief = panel.test_client()
    thief.set_cookie("leasehold_session", before.value if before else "")
    assert not is_in(thief)
    assert is_in(client)
