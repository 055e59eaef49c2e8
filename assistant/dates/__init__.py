"""French dates in text, absolute or relative to the note's date -> day ranges.

    folding.py       the text in plain letters, with the way back to exact spans
    absolute.py      rules: days, months, years, seasons, quarters   } -> atoms.py
    relative.py      rules: "hier", "la semaine dernière"            }
    composition.py   atoms -> phrases: ranges, lists, "fin", "avant"
    expressions.py   what a phrase means; its resolution against the reference (ranges.py: the arithmetic)
    mentions.py      find_dates, the door; rendering.py writes a range in French
    asked.py         the dates of a question (english.py: also of an English one)
    occurrences.py   known or bounded days of what a note tells

Own rules on the standard library, not dateparser (1.5.0, measured): its `search_dates` took 160 ms a page, read
"article 2011 et 24 communes" and "14 h 30" as dates and lost the first day of "les 6 et 7 décembre"; its `parse` knows
no "dernier" or "prochain" beside a day or weekday, no season, quarter, part or range, accepts "lundi 17 octobre 2017"
though that was a Tuesday, gives one day for "novembre 2017", and cannot take a reference known to the month. What it
reads right (a day, a month and a year) is the easy part.
"""

from assistant.dates.asked import AskedDates, DayRange, asked_dates, dates_to_search, read_asked
from assistant.dates.mentions import DateMention, find_dates
from assistant.dates.occurrences import Occurrence, find_occurrences
from assistant.dates.rendering import format_date, format_day_range, format_when

__all__ = [
    "AskedDates",
    "DateMention",
    "DayRange",
    "Occurrence",
    "asked_dates",
    "dates_to_search",
    "find_dates",
    "find_occurrences",
    "format_date",
    "format_day_range",
    "format_when",
    "read_asked",
]
