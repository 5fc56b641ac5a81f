"""`leasehold nginx install` where something does not fit: it is refused with cause and cure, and nothing is changed."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from leasehold.deployment.certificates import keep_trial_certificate
from tests.deployment.proxied import API, PANEL, Proxied, proxied, wait_until


@pytest.fixture
def proxy() -> Iterator[Proxied]:
    """An nginx without a site, and no program behind it."""
    with proxied(None) as running:
        yield running


def site_file(proxy: Proxied) -> Path:
    return proxy.directory / "sites" / "leasehold.conf"


def refusal(answer: subprocess.CompletedProcess[str]) -> str:
    assert answer.returncode == 2, answer
    return answer.stderr.replace("FOR TRIALS ONLY", "")


def test_a_site_is_put_in_place_and_served_at_once(proxy: Proxied) -> None:
    installed = proxy.install("--self-signed", "--json")
    assert json.loads(installed.stdout)["nginx_runs"] is True
    wait_until(lambda: proxy.ask("/health/live").status == 503, "nginx serves the site")
    again = site_file(proxy).read_text()
    assert proxy.install("--self-signed").returncode == 0
    assert site_file(proxy).read_text() == again
    assert (proxy.data_dir / "tls" / "trial.key").stat().st_mode & 0o077 == 0


def test_a_site_that_somebody_else_wrote_stays_as_it_is(proxy: Proxied) -> None:
    site_file(proxy).write_text("# mine\n")
    assert "was not written by Leasehold" in refusal(proxy.install("--self-signed"))
    assert site_file(proxy).read_text() == "# mine\n"


def test_a_site_that_was_changed_by_hand_stays_as_it_is(proxy: Proxied) -> None:
    proxy.install("--self-signed")
    changed = site_file(proxy).read_text().replace("64k", "1m")
    site_file(proxy).write_text(changed)
    assert "was changed by hand" in refusal(proxy.install("--self-signed"))
    assert site_file(proxy).read_text() == changed


def test_a_site_that_nginx_does_not_take_is_taken_back(proxy: Proxied) -> None:
    proxy.install("--self-signed")
    before = site_file(proxy).read_text()
    (proxy.directory / "sites" / "z.conf").write_text("nonsense;\n")
    said = refusal(proxy.install("--self-signed", "--keep-default-server"))
    assert 'unknown directive "nonsense"' in said
    assert site_file(proxy).read_text() == before
    site_file(proxy).unlink()
    refusal(proxy.install("--self-signed"))
    assert not site_file(proxy).exists()


def test_another_default_site_is_named_with_the_way_to_live_with_it(proxy: Proxied) -> None:
    other = proxy.directory / "sites" / "other.conf"
    other.write_text(f"server {{ listen {proxy.http_port} default_server; return 404; }}\n")
    said = refusal(proxy.install("--self-signed"))
    assert str(other) in said
    assert "--keep-default-server" in said
    assert proxy.install("--self-signed", "--keep-default-server").returncode == 0


def test_with_a_certificate_that_browsers_take_they_never_come_without_tls_again(proxy: Proxied) -> None:
    certificate, key = proxy.directory / "site.crt", proxy.directory / "site.key"
    keep_trial_certificate(certificate, key, (API, PANEL), now=datetime.now(UTC))
    proxy.install("--certificate", str(certificate), "--certificate-key", str(key))
    wait_until(lambda: proxy.ask("/health/live").status == 503, "nginx serves the site")
    for name in (API, PANEL):
        assert proxy.ask("/x", name=name).headers["strict-transport-security"] == "max-age=63072000"


def test_a_certificate_that_does_not_fit_its_key_changes_nothing_of_what_is_served(proxy: Proxied) -> None:
    pairs = [(proxy.directory / f"{number}.crt", proxy.directory / f"{number}.key") for number in range(2)]
    for certificate, key in pairs:
        keep_trial_certificate(certificate, key, (API, PANEL), now=datetime.now(UTC))
    proxy.install("--certificate", str(pairs[0][0]), "--certificate-key", str(pairs[0][1]))
    wait_until(lambda: proxy.ask("/health/live").status == 503, "nginx serves the site")
    before = site_file(proxy).read_text()
    said = refusal(proxy.install("--certificate", str(pairs[1][0]), "--certificate-key", str(pairs[0][1])))
    assert "does not belong to the certificate" in said
    assert site_file(proxy).read_text() == before
    assert proxy.ask("/health/live").status == 503


def test_certbot_can_prove_that_the_names_are_ours(proxy: Proxied) -> None:
    proxy.install("--self-signed")
    challenge = proxy.data_dir / "acme" / ".well-known" / "acme-challenge" / "word"
    challenge.parent.mkdir(parents=True)
    challenge.write_text("proof")

    def is_served(name: str) -> bool:
        return proxy.ask(f"/.well-known/acme-challenge/{challenge.name}", name=name, tls=False).body == b"proof"

    wait_until(lambda: is_served(API) and is_served(PANEL), "certbot's file is served under both names")


def test_a_load_balancer_in_front_is_believed_where_it_is_named(proxy: Proxied) -> None:
    proxy.environment["LEASEHOLD_TRUSTED_PROXIES"] = "127.0.0.1"
    proxy.install("--self-signed")
    wait_until(lambda: proxy.ask("/health/live").status == 503, "nginx serves the site")
    proxy.ask("/health/live", headers={"X-Forwarded-For": "203.0.113.7, 203.0.113.9"})
    wait_until(lambda: '"address":"203.0.113.9"' in proxy.logs(), "the client's address stands in the log")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a small disk")
def test_a_full_disk_leaves_the_site_as_it_was(proxy: Proxied) -> None:
    assert proxy.install("--self-signed").returncode == 0
    before = site_file(proxy).read_text()
    sites = proxy.directory / "sites"
    fill = f'mount -t tmpfs -o size=40k small "{sites}" && printf "%s" "$0" > "{site_file(proxy)}" && exec "$@"'
    verb = [sys.executable, "-m", "leasehold", "nginx", "install", "--self-signed", "--api-name", API, "--file",
            str(site_file(proxy)), "--keep-default-server", "--https-port", str(proxy.https_port)]  # fmt: skip
    said = subprocess.run(
        ["unshare", "--mount", "sh", "-c", fill, before, *verb],
        env=proxy.environment, capture_output=True, check=False, text=True,
    )  # fmt: skip
    assert "No space left on device): free some space" in refusal(said)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can take a right away from a process")
def test_a_port_that_needs_a_right_is_named(proxy: Proxied) -> None:
    """nginx as somebody who may do everything here but bind a port below 1024."""
    assert proxy.install("--self-signed").returncode == 0
    subprocess.run(["chown", "-R", "nobody", str(proxy.directory)], check=True)
    wrapper = proxy.directory / "bin" / "nginx"
    nginx = wrapper.read_text().splitlines()[1].removeprefix("exec ")
    steps = f"echo 1024 > /proc/sys/net/ipv4/ip_unprivileged_port_start; exec setpriv --reuid nobody {nginx}"
    wrapper.write_text(f"""#!/bin/sh\nexec unshare --net sh -c '{steps}' - "$@"\n""")
    said = refusal(proxy.install("--self-signed", "--http-port", "80"))
    assert "port 80, which is reserved for the system: run this as root" in said


def test_a_data_directory_that_nginx_cannot_enter_is_named(proxy: Proxied) -> None:
    proxy.data_dir.chmod(0o700)
    assert f"chmod o+x {proxy.data_dir}" in refusal(proxy.install("--self-signed"))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "nginx needs one certificate"),
        (["--self-signed", "--certificate", "/x"], "nginx needs one certificate"),
        (["--certificate", "/nowhere", "--certificate-key", "/nowhere"], "/nowhere cannot be read"),
        (["--self-signed", "--api-name", "10.1.2.3"], "is an IP address"),
        (["--self-signed", "--api-name", "a b"], "is no host name"),
        (["--self-signed", "--api-name", PANEL], "cannot share the name"),
        (["--self-signed", "--http-port", "8443", "--https-port", "8443"], "cannot share port 8443"),
        (["--self-signed", "--panel-name", "other.example.com"], "LEASEHOLD_PANEL_URL"),
        (["--self-signed", "--log-directory", "/x;y"], "cannot be told the path"),
        (["--self-signed", "--file", "/nowhere/site.conf"], "There is no directory /nowhere"),
        (["--self-signed", "--log-directory", "/nowhere"], "/nowhere"),
    ],
)
def test_options_that_do_not_fit_are_refused(proxy: Proxied, arguments: list[str], sentence: str) -> None:
    del proxy.environment["LEASEHOLD_PANEL_URL"]
    if "other.example.com" in arguments:
        proxy.environment["LEASEHOLD_PANEL_URL"] = f"https://{PANEL}"
    assert sentence in refusal(proxy.install(*arguments))
    assert not site_file(proxy).exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can hide a program from a process")
def test_a_machine_without_nginx_is_told_how_to_get_it(proxy: Proxied) -> None:
    hide = 'mount -t tmpfs none /usr/sbin && exec "$@"'
    verb = [sys.executable, "-m", "leasehold", "nginx", "install", "--self-signed", "--api-name", API]
    environment = proxy.environment | {"PATH": "/usr/bin:/bin"}
    said = subprocess.run(
        ["unshare", "--mount", "sh", "-c", hide, "-", *verb, "--https-port", str(proxy.https_port), "--file",
         str(site_file(proxy))],
        env=environment, capture_output=True, check=False, text=True,
    )  # fmt: skip
    assert "nginx is not installed: install it (Debian: `apt-get install nginx`)" in refusal(said)
    assert not site_file(proxy).exists()
