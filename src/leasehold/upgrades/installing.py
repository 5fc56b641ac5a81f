"""A release put beside the one that runs: its wheels with their lock file, then an environment out of these alone."""

import sys
from hashlib import sha256
from pathlib import Path
from typing import Final

from leasehold.backups.room import check_room
from leasehold.embedded.binaries import major, programs_of, version_of
from leasehold.embedded.layout import CLUSTER, major_of
from leasehold.kit.configuration import Configuration
from leasehold.kit.releases import Releases, python_of
from leasehold.upgrades.commands import of_release, run
from leasehold.upgrades.errors import UpgradeRefused
from leasehold.upgrades.wanted import Wanted

LOCK_FILE: Final = "requirements.txt"
_ROOM_BYTES: Final = 512 * 1024 * 1024
# Ours, which is a dependency, installs into the other environment: that needs no pip before it has Leasehold's.
_PIP: Final = (sys.executable, "-I", "-m", "pip", "--quiet", "--disable-pip-version-check")


def install(configuration: Configuration, wanted: Wanted, wheelhouse: Path | None) -> None:
    """Install the release, which changes nothing for the one that runs.

    With a `wheelhouse` all that it needs is taken from there, without a network. Raises `UpgradeRefused` (where it
    brings another PostgreSQL than the installation's, too) and `DiskFull`.
    """
    releases = Releases(configuration.data_dir)
    environment, wheels = releases.environment(wanted.version), releases.wheels(wanted.version)
    check_room(configuration.data_dir, _ROOM_BYTES)
    wheels.mkdir(parents=True)
    source: list[str | Path] = ["--no-index", "--find-links", wheelhouse.absolute()] if wheelhouse else []
    run("Fetching the release", [*_PIP, "wheel", *source, "--wheel-dir", wheels, wanted.requirement])
    run("Making a virtual environment", [sys.executable, "-m", "venv", "--without-pip", environment])
    from_wheels: list[str | Path] = ["--no-index", "--find-links", wheels, "--no-deps", "--require-hashes"]
    into: list[str | Path] = ["--python", python_of(environment), "install"]
    run("Installing the release", [*_PIP, *into, *from_wheels, "--requirement", _lock(wheels)])
    _check(configuration, wanted, environment)


def _lock(wheels: Path) -> Path:
    """Every wheel with its version and digest, as pip takes them."""
    lines = []
    for wheel in sorted(wheels.glob("*.whl")):
        name, version, _ = wheel.name.split("-", 2)
        lines.append(f"{name}=={version} --hash=sha256:{sha256(wheel.read_bytes()).hexdigest()}\n")
    lock = wheels / LOCK_FILE
    lock.write_text("".join(lines), encoding="utf-8")
    return lock


def _check(configuration: Configuration, wanted: Wanted, environment: Path) -> None:
    said = run("Starting the release", of_release(environment, "--version")).strip()
    if said != f"leasehold {wanted.version}":
        raise UpgradeRefused(
            "release_unknown", f"The release calls itself “{said}”, and {wanted.version} was asked for."
        )
    programs, cluster = programs_of(environment), major_of(configuration.data_dir / CLUSTER)
    if programs is None or cluster is None:
        return
    brought = major(version_of(programs / "postgres"))
    if brought != cluster:
        raise UpgradeRefused(
            "postgresql_differs",
            f"Leasehold {wanted.version} brings PostgreSQL {brought}, and the data is of {cluster}: install it in an "
            "environment of its own, stop `leasehold up`, and say `leasehold postgresql upgrade` there.",
        )
