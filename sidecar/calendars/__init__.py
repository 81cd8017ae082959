"""When people work and are away: what may be said of it, and what their calendar feeds tell. Pure."""

from sidecar.calendars.feed import Away, away_times
from sidecar.calendars.working import problem_of_holidays, problem_of_hours, problem_of_zone

__all__ = ["Away", "away_times", "problem_of_holidays", "problem_of_hours", "problem_of_zone"]
