"""Numbers, times and states as people read them: decimal comma, metres, 24-hour clock of the city.

`static/js/wording.js` says the same in the browser; a browser test holds the two together.
"""

import math

from msgspec import Struct

from hub.wall.city import City
from hub.wall.language import Language

MINUS = "−"
NOTHING = "–"
MINUTE_S = 60
LONG_S = 300
HOUR_S = 3600
DAY_S = 86_400


class Wording(Struct, frozen=True, kw_only=True):
    """How one language of one city writes things."""

    language: Language
    city: City

    def say(self, sentence: str, **values: object) -> str:
        """Return `sentence` in this language."""
        return self.language.say(sentence, **values)

    def decimal(self, value: float, digits: int) -> str:
        """Return a number with a decimal comma (Indonesian) or point; halves go up, as in the browser."""
        text = f"{math.floor(abs(value) * 10**digits + 0.5) / 10**digits:.{digits}f}"
        sign = MINUS if value < 0 and float(text) else ""
        return sign + (text.replace(".", ",") if self.language.code == "id" else text)

    def metres(self, cm: float | None) -> str:
        """Return cm as metres with two digits, without the unit; a dash for nothing."""
        return NOTHING if cm is None else self.decimal(cm / 100, 2)

    def change(self, cm: float) -> str:
        """Return a change in cm as metres with its sign, without the unit."""
        return ("+" if round(cm) > 0 else "") + self.metres(cm)

    def seconds(self, seconds: float) -> str:
        """Return real seconds that something took: two digits under a second, one under ten, minutes from five on."""
        if seconds >= LONG_S:
            return self.age(seconds)
        digits = 2 if seconds < 1 else 1 if seconds < 10 else 0  # noqa: PLR2004 - as the docstring says
        number = self.decimal(seconds, digits)
        return self.say("{n} dtk", n=number)

    def age(self, seconds: float) -> str:
        """Return an age in whole seconds, minutes, hours and minutes, or days and hours."""
        whole = max(0, int(seconds))
        if whole < MINUTE_S:
            return self.say("{n} dtk", n=whole)
        if whole < HOUR_S:
            return self.say("{n} mnt", n=whole // MINUTE_S)
        if whole < DAY_S:
            return self.say("{h} j {m} mnt", h=whole // HOUR_S, m=whole % HOUR_S // MINUTE_S)
        return self.say("{d} hr {h} j", d=whole // DAY_S, h=whole % DAY_S // HOUR_S)

    def minutes(self, seconds: float) -> str:
        """Return a running time as mm:ss, or h:mm:ss from one hour."""
        whole = max(0, int(seconds))
        hours, rest = divmod(whole, HOUR_S)
        tail = f"{rest // MINUTE_S:02d}:{rest % MINUTE_S:02d}"
        return f"{hours}:{tail}" if hours else tail

    def time(self, at_ms: int) -> str:
        """Return hh:mm in the city's zone."""
        return self.city.local(at_ms).strftime("%H:%M")

    def time_s(self, at_ms: int) -> str:
        """Return hh:mm:ss in the city's zone."""
        return self.city.local(at_ms).strftime("%H:%M:%S")

    def date(self, at_ms: int) -> str:
        """Return weekday, day, month and year in the city's zone."""
        local = self.city.local(at_ms)
        weekdays = self.say("Sen Sel Rab Kam Jum Sab Min").split()
        months = self.say("Jan Feb Mar Apr Mei Jun Jul Agu Sep Okt Nov Des").split()
        return f"{weekdays[local.weekday()]} {local.day} {months[local.month - 1]} {local.year}"

    def day_time(self, at_ms: int) -> str:
        """Return day, month, hour and minute in the city's zone."""
        months = self.say("Jan Feb Mar Apr Mei Jun Jul Agu Sep Okt Nov Des").split()
        local = self.city.local(at_ms)
        return f"{local.day} {months[local.month - 1]} {local:%H:%M}"

    def since(self, at_ms: int, *, now_ms: int) -> str:
        """Return hh:mm, with the day when that is not today."""
        is_today = self.city.local(at_ms).date() == self.city.local(now_ms).date()
        return self.time(at_ms) if is_today else self.day_time(at_ms)

    def level(self, severity: int | None) -> str:
        """Return the city's word for a severity; "no data" where nothing was ever known."""
        return self.say("Belum ada data") if severity is None else self.city.words[severity]
