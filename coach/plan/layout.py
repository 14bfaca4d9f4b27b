"""How much fits a day: minutes are saved up and overdrawn a little, so that long items find a place."""

from __future__ import annotations

from dataclasses import dataclass

REVIEW_MINUTES = 15
# Half of an item's time saved up is enough to begin it; the days after pay the rest back.
_BEGUN = 0.5
_SHORT_DAY = 30.0
_OVERDRAFT_DAYS = 2.5
_SAVED_DAYS = 2.0
# Half of the longest item: with less it could never be begun.
_SAVED_MINUTES = 75.0


@dataclass
class Bank:
    """Minutes at hand. `daily` comes in with every day; what is not spent is kept, up to a point."""

    daily: float
    minutes: float = 0.0
    _spent_today: float = 0.0

    def open_day(self) -> None:
        self.minutes = min(self.minutes + self.daily, max(_SAVED_DAYS * self.daily, _SAVED_MINUTES))
        self._spent_today = 0.0

    def fits(self, minutes: int) -> bool:
        """True where an item of so many minutes may still go on the open day."""
        if self.minutes >= minutes * _BEGUN:
            return True
        usual = max(self.daily, _SHORT_DAY)
        fresh = self._spent_today == 0 and self.minutes >= 0.8 * min(self.daily, _SHORT_DAY)
        return fresh and minutes - self.minutes <= _OVERDRAFT_DAYS * usual

    def spend(self, minutes: int) -> None:
        self.minutes -= minutes
        self._spent_today += minutes
