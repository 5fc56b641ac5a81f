"""How long something took, to be read at a glance and to be sorted in a spreadsheet."""

from datetime import timedelta

_DAY = 86400


def clock(duration: timedelta) -> str:
    """`1:05:09`, with the days before it where there are any: `3 d 01:05:09`."""
    days, seconds = divmod(int(duration.total_seconds()), _DAY)
    hours, minutes = seconds // 3600, seconds // 60 % 60
    if days:
        return f"{days} d {hours:02}:{minutes:02}:{seconds % 60:02}"
    return f"{hours}:{minutes:02}:{seconds % 60:02}"
