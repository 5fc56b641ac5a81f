"""What a browser calls itself, in words for people."""

import re

_BROWSERS = (
    ("Edge", re.compile(r"Edg(?:e|A|iOS)?/")),
    ("Opera", re.compile(r"OPR/")),
    ("Firefox", re.compile(r"(?:Firefox|FxiOS)/")),
    ("Chrome", re.compile(r"(?:Chrome|CriOS|Chromium)/")),
    ("Safari", re.compile(r"Safari/")),
)
_SYSTEMS = (
    ("Android", re.compile(r"Android")),
    ("iPhone", re.compile(r"iPhone")),
    ("iPad", re.compile(r"iPad")),
    ("Windows", re.compile(r"Windows")),
    ("macOS", re.compile(r"Mac OS X|Macintosh")),
    ("Linux", re.compile(r"Linux|X11")),
)
_LONGEST = 40


def browser_in_words(user_agent: str | None) -> str:
    """`Firefox · Linux`; the beginning of what it says where it is none that we know; a dash for nothing."""
    said = user_agent or ""
    browser = next((name for name, pattern in _BROWSERS if pattern.search(said)), None)
    system = next((name for name, pattern in _SYSTEMS if pattern.search(said)), None)
    return " · ".join(part for part in (browser, system) if part) or said[:_LONGEST] or "\N{EN DASH}"
