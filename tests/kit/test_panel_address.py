import pytest

from leasehold.kit.configuration import load_configuration
from leasehold.kit.errors import ConfigurationError
from leasehold.kit.panel_address import check_panel_is_safe, is_secure, panel_address


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_on_this_machine_no_tls_is_needed(host: str) -> None:
    check_panel_is_safe(load_configuration(host=host))


@pytest.mark.parametrize("given", [{"panel_url": "https://admin.example.org"}, {"insecure": True}, {"insecure": "1"}])
def test_for_others_there_is_tls_or_a_clear_word(given: dict[str, object]) -> None:
    configuration = load_configuration(host="0.0.0.0", **given)
    check_panel_is_safe(configuration)


@pytest.mark.parametrize("given", [{}, {"panel_url": "http://admin.example.org"}, {"insecure": "false"}])
def test_without_either_it_does_not_start(given: dict[str, object]) -> None:
    with pytest.raises(ConfigurationError, match="without TLS"):
        check_panel_is_safe(load_configuration(host="0.0.0.0", **given))


def test_links_lead_to_the_proxy_where_there_is_one() -> None:
    proxied = load_configuration(panel_url="https://admin.example.org/")
    assert (panel_address(proxied), is_secure(proxied)) == ("https://admin.example.org", True)
    plain = load_configuration()
    assert (panel_address(plain), is_secure(plain)) == ("http://127.0.0.1:8091", False)


@pytest.mark.parametrize("url", ["admin.example.org", "ftp://admin.example.org", "https://", "https://a.example/panel"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError, match="LEASEHOLD_PANEL_URL is not usable"):
        load_configuration(panel_url=url)


def test_the_environment_hands_it_on(monkeypatch: pytest.MonkeyPatch) -> None:
    configuration = load_configuration(host="0.0.0.0", insecure=True, panel_url="https://admin.example.org")
    for name, value in configuration.as_environment().items():
        monkeypatch.setenv(name, value)
    assert load_configuration() == configuration
