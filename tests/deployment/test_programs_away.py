"""nginx while what stands behind it is stopped and started again."""

from tests.deployment.proxied import PANEL, Proxied
from tests.deployment.test_through_nginx import KEY_IN_HAND, SECRETS, problem


def test_the_license_server_is_away_and_comes_back(site: Proxied) -> None:
    site.stop("server")
    try:
        away = site.call("license/validate", KEY_IN_HAND)
        assert problem(away)["code"] == "unavailable"
        assert away.headers["retry-after"] == "2"
        site.ask(f"/x?token={SECRETS[1]}")
        assert SECRETS[1] not in site.logs()
    finally:
        site.start("server")
    assert site.call("license/validate", KEY_IN_HAND).status == 200


def test_people_see_a_page_while_the_panel_is_away(site: Proxied) -> None:
    site.stop("panel")
    try:
        page = site.ask("/licenses", name=PANEL)
    finally:
        site.start("panel")
    assert page.status == 503
    assert page.headers["retry-after"] == "10"
    assert "Gleich wieder da" in page.body.decode()
    assert "Back in a moment" in page.body.decode()
