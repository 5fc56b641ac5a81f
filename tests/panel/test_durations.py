from datetime import timedelta

import pytest

from leasehold.panel.durations import lasting


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-3, "0 s"),
        (0, "0 s"),
        (0.9, "0 s"),
        (59, "59 s"),
        (125, "2 min 5 s"),
        (3600, "1 h"),
        (3605, "1 h 5 s"),
        (3 * 86400 + 3700, "3 d 1 h"),
        (400 * 86400, "400 d"),
    ],
)
def test_durations_read_as_people_say_them(seconds: float, said: str) -> None:
    assert lasting(timedelta(seconds=seconds)) == said
