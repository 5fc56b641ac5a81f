"""Certificates that nginx cannot serve, refused before nginx is asked."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from leasehold.deployment.certificates import TRIAL_DAYS, check_certificate, keep_trial_certificate
from leasehold.kit.errors import ConfigurationError

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
NAMES = ("api.example.com", "admin.example.com")


def pair(directory: Path, *names: str) -> tuple[Path, Path]:
    certificate, key = directory / "site.crt", directory / "site.key"
    keep_trial_certificate(certificate, key, names or NAMES, now=NOW)
    return certificate, key


def refused(certificate: Path, key: Path, *, now: datetime = NOW) -> str:
    with pytest.raises(ConfigurationError) as refusal:
        check_certificate(certificate, key, NAMES, now=now)
    return str(refusal.value)


def test_a_trial_certificate_serves_both_names_until_its_end(tmp_path: Path) -> None:
    assert check_certificate(*pair(tmp_path), NAMES, now=NOW) == NOW + timedelta(days=TRIAL_DAYS)


def test_a_trial_certificate_is_kept_while_it_serves(tmp_path: Path) -> None:
    certificate, key = pair(tmp_path)
    first = certificate.read_bytes()
    keep_trial_certificate(certificate, key, NAMES, now=NOW)
    assert certificate.read_bytes() == first
    keep_trial_certificate(certificate, key, NAMES, now=NOW + timedelta(days=TRIAL_DAYS))
    assert certificate.read_bytes() != first


def test_a_wildcard_serves_names_one_label_below_it(tmp_path: Path) -> None:
    assert check_certificate(*pair(tmp_path, "*.example.com"), NAMES, now=NOW) > NOW
    with pytest.raises(ConfigurationError, match=re.escape("not for a.b.example.com")):
        check_certificate(*pair(tmp_path, "*.example.com"), ("a.b.example.com",), now=NOW)


def test_a_key_of_another_certificate_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    certificate, _ = pair(tmp_path)
    _, other = pair(tmp_path / "other")
    assert "does not belong to the certificate" in refused(certificate, other)


def test_a_certificate_for_other_names_is_refused(tmp_path: Path) -> None:
    assert "is not for admin.example.com (it is for api.example.com)" in refused(*pair(tmp_path, NAMES[0]))


def test_a_certificate_out_of_its_time_is_refused(tmp_path: Path) -> None:
    certificate, key = pair(tmp_path)
    assert "has expired on 2027-05-30" in refused(certificate, key, now=NOW + timedelta(days=TRIAL_DAYS))
    assert "is valid from 2027-03-01 11:00 UTC only" in refused(certificate, key, now=NOW - timedelta(days=1))


def test_files_that_are_something_else_are_refused(tmp_path: Path) -> None:
    certificate, key = pair(tmp_path)
    assert "holds no certificate" in refused(key, key)
    assert "holds no private key" in refused(certificate, certificate)
    assert "cannot be read" in refused(tmp_path / "none", key)


def test_a_key_behind_a_password_is_refused(tmp_path: Path) -> None:
    certificate, key = pair(tmp_path)
    private = serialization.load_pem_private_key(key.read_bytes(), password=None)
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    locked = serialization.BestAvailableEncryption(b"word")
    key.write_bytes(private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, locked))
    assert "behind a password" in refused(certificate, key)
