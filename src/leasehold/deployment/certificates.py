"""Certificates: does this one fit its key and these names, and one of our own for trials."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from leasehold.deployment.installing import not_written
from leasehold.kit.errors import ConfigurationError

TRIAL_DAYS = 90
_TRIAL = "FOR TRIALS ONLY: self-signed by Leasehold"


def check_certificate(certificate: Path, key: Path, names: Sequence[str], *, now: datetime) -> datetime:
    """Until when nginx can serve `names` with the pair.

    Raises `ConfigurationError` with what to do where a file cannot be read, the key is of another certificate or
    behind a password, the certificate is for other names, or its time is not now.
    """
    leaf = _read_certificate(certificate)
    if _public_bytes(leaf.public_key()) != _public_bytes(_read_public_key(key)):
        raise ConfigurationError(
            f"The key in {key} does not belong to the certificate in {certificate}: give the pair that was issued "
            "together (the server's own certificate comes first in its file)."
        )
    if missing := [name for name in names if not any(_covers(known, name) for known in _names(leaf))]:
        raise ConfigurationError(
            f"The certificate in {certificate} is not for {' and '.join(missing)} (it is for "
            f"{', '.join(_names(leaf)) or 'no name'}): get one that names both the license server and the panel."
        )
    if leaf.not_valid_after_utc <= now:
        raise ConfigurationError(
            f"The certificate in {certificate} has expired on {leaf.not_valid_after_utc:%Y-%m-%d}: renew it "
            "(`certbot renew`), then run this again."
        )
    if leaf.not_valid_before_utc > now:
        raise ConfigurationError(
            f"The certificate in {certificate} is valid from {leaf.not_valid_before_utc:%Y-%m-%d %H:%M} UTC only: "
            "set this machine's clock, or wait."
        )
    return leaf.not_valid_after_utc


def keep_trial_certificate(certificate: Path, key: Path, names: Sequence[str], *, now: datetime) -> None:
    """See to it that there is a self-signed pair for `names`: the one that is there if it serves, or a new one.

    It is valid for `TRIAL_DAYS`; the key is for its owner alone.
    """
    try:
        check_certificate(certificate, key, names, now=now)
    except ConfigurationError:
        _make_trial_certificate(certificate, key, names, now=now)


def _make_trial_certificate(certificate: Path, key: Path, names: Sequence[str], *, now: datetime) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, _TRIAL)])
    alternatives = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
    signed = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=TRIAL_DAYS))
        .add_extension(alternatives, critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(private, hashes.SHA256())
    )
    unlocked = serialization.NoEncryption()
    try:
        key.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        key.touch(mode=0o600)
        key.write_bytes(private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, unlocked))
        certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    except OSError as error:
        raise not_written(key, error) from error


def _read_certificate(path: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(_read(path))
    except ValueError as error:
        raise ConfigurationError(
            f"{path} holds no certificate in PEM form (-----BEGIN CERTIFICATE-----): give the file "
            "with the server's certificate and those between it and its authority."
        ) from error


def _read_public_key(path: Path) -> CertificatePublicKeyTypes:
    try:
        private = serialization.load_pem_private_key(_read(path), password=None)
    except TypeError as error:
        raise ConfigurationError(
            f"The key in {path} is behind a password, and nobody is there to type it when nginx starts: "
            f"`openssl pkey -in {path} -out FILE` writes it without one."
        ) from error
    except ValueError as error:
        raise ConfigurationError(
            f"{path} holds no private key in PEM form (-----BEGIN PRIVATE KEY-----): give the certificate's own key."
        ) from error
    return private.public_key()  # type: ignore[return-value]  # what no certificate can hold, fits none


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigurationError(
            f"{path} cannot be read ({error.strerror}): check the path, and run this as root."
        ) from error


def _public_bytes(key: CertificatePublicKeyTypes) -> bytes:
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def _names(certificate: x509.Certificate) -> list[str]:
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return []
    return [name.lower() for name in extension.value.get_values_for_type(x509.DNSName)]


def _covers(known: str, name: str) -> bool:
    """A wildcard stands for one label (RFC 6125, 6.4.3)."""
    return known == name or (known.startswith("*.") and known[2:] == name.partition(".")[2])
