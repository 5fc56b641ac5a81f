import os
import stat
from pathlib import Path

import pytest

from leasehold.kit.errors import ConfigurationError
from leasehold.kit.run_dir import make_run_dir, run_dir


@pytest.fixture
def far_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data directory whose path is too long for a socket; what stands in for /tmp is the test's own."""
    short = tmp_path / "tmp"
    short.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(short))
    return tmp_path / ("deep" * 30)


def test_sockets_are_beside_the_data_where_their_path_is_short_enough(tmp_path: Path) -> None:
    assert run_dir(Path("/var/lib/leasehold")) == Path("/var/lib/leasehold/run")
    assert make_run_dir(tmp_path / "d") == run_dir(tmp_path / "d")


def test_a_long_path_gets_a_short_directory_that_comes_back_when_removed(far_away: Path) -> None:
    made = make_run_dir(far_away)
    assert made.parent == far_away.parent / "tmp"
    made.rmdir()
    assert make_run_dir(far_away) == made
    assert stat.S_IMODE(made.stat().st_mode) & 0o022 == 0


def test_somebody_elses_directory_is_refused(far_away: Path) -> None:
    path = run_dir(far_away)
    if os.geteuid() == 0:
        path.mkdir()
        os.chown(path, 65534, 65534)
    else:
        path.symlink_to("/")
    with pytest.raises(ConfigurationError, match="not this user's own"):
        make_run_dir(far_away)


def test_a_link_that_lies_in_wait_is_refused(far_away: Path) -> None:
    target = far_away.parent / "target"
    target.mkdir()
    run_dir(far_away).symlink_to(target)
    with pytest.raises(ConfigurationError, match="not this user's own"):
        make_run_dir(far_away)


def test_a_directory_that_anybody_may_write_to_is_refused(far_away: Path) -> None:
    path = run_dir(far_away)
    path.mkdir()
    path.chmod(0o777)
    with pytest.raises(ConfigurationError, match="chmod 755"):
        make_run_dir(far_away)
