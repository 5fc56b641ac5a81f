"""How long to wait before what has died is started again."""

_CALM_SECONDS = 60.0
_LONGEST_PAUSE_SECONDS = 30.0


class Restarts:
    """1, 2, 4 … 30 s for one that keeps dying; from the beginning for one that lived for a minute."""

    def __init__(self) -> None:
        self._deaths = 0

    def pause_after(self, seconds_lived: float) -> float:
        """Seconds to wait after a death."""
        self._deaths = 1 if seconds_lived > _CALM_SECONDS else self._deaths + 1
        return float(min(2.0 ** (self._deaths - 1), _LONGEST_PAUSE_SECONDS))
