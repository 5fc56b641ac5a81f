"""The key that signs cookies: read again where it has changed, which only a restore does."""

from pathlib import Path

from flask import Flask

from leasehold.kit.secrets_file import read_or_create_secrets, secrets_stamp

_ENTRY = "panel_secret_key"


def init_secret_key(app: Flask, data_dir: Path) -> None:
    """Every request of `app` is signed by the key that the secrets file has by then."""
    app.secret_key = read_or_create_secrets(data_dir)[_ENTRY]
    read = secrets_stamp(data_dir)

    @app.before_request
    def follow() -> None:
        nonlocal read
        found = secrets_stamp(data_dir)
        if found not in {read, None}:
            app.secret_key, read = read_or_create_secrets(data_dir)[_ENTRY], found
