"""The reader's language and time zone, and how times and numbers are written in them."""

from datetime import datetime
from zoneinfo import ZoneInfo

import psycopg
from babel.units import format_unit
from flask import Flask, Response, g, make_response, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import Babel, format_date, format_datetime, format_decimal, format_timedelta, get_locale
from sqlalchemy.exc import DBAPIError

from leasehold.panel.pages import Pages
from leasehold.panel.redirects import back
from leasehold.panel.rights import Right
from leasehold.panel.settings_in_force import settings_in_force

LANGUAGES = ("en", "de")
LANGUAGE_COOKIE = "language"
THEMES = ("auto", "light", "dark")
THEME_COOKIE = "theme"
_YEAR_SECONDS = 365 * 86400
_SIZES = ("byte", "kilobyte", "megabyte", "gigabyte", "terabyte")
_NOTHING = "\N{EN DASH}"

pages = Pages("preferences")


def init_locale(app: Flask) -> None:
    """Pages of `app` speak the reader's language; templates get the filters and globals that follow it."""
    Babel(app, locale_selector=_language, timezone_selector=_zone)
    app.register_blueprint(pages)
    app.jinja_env.filters |= {
        "moment": format_moment,
        "day": format_date,
        "number": format_decimal,
        "duration": format_timedelta,
        "size": format_size,
    }
    app.jinja_env.globals |= {"language": language, "theme": theme, "LANGUAGES": LANGUAGES, "THEMES": THEMES}

    @app.after_request
    def vary(response: Response) -> Response:
        response.vary.update(("Accept-Language", "Cookie"))
        return response


def language() -> str:
    """The language of this page."""
    return str(get_locale() or LANGUAGES[0])


def theme() -> str:
    """`light` or `dark` where the reader chose one, else `auto`."""
    chosen = request.cookies.get(THEME_COOKIE)
    return chosen if chosen in THEMES else THEMES[0]


def format_moment(moment: datetime | None) -> str:
    """The moment in the installation's time zone, to the second; a dash where there is none."""
    return _NOTHING if moment is None else format_datetime(moment, "medium")


def format_size(size: int | None) -> str:
    """So many bytes in the unit that they are read in, such as 12.3 MB; a dash where nobody knows."""
    if size is None:
        return _NOTHING
    power = min((len(str(abs(size))) - 1) // 3, len(_SIZES) - 1)
    return str(format_unit(size / 1000**power, _SIZES[power], "short", format="#,##0.#", locale=get_locale()))


@pages.page("/preferences", needs=Right.PUBLIC, methods=("POST",))
def save() -> ResponseReturnValue:
    """Keep the reader's language or theme, and go back to where they were."""
    answer = make_response(redirect(back()))
    for cookie, possible in ((LANGUAGE_COOKIE, LANGUAGES), (THEME_COOKIE, THEMES)):
        chosen = request.form.get(cookie, "")
        if chosen in possible:
            answer.set_cookie(cookie, chosen, max_age=_YEAR_SECONDS, samesite="Lax", secure=request.is_secure)
    return answer


def _language() -> str:
    if "language" not in g:
        chosen = request.cookies.get(LANGUAGE_COOKIE)
        accepted = request.accept_languages.best_match(LANGUAGES, default=LANGUAGES[0])
        g.language = chosen if chosen in LANGUAGES else accepted
    chosen_language: str = g.language
    return chosen_language


def _zone() -> ZoneInfo:
    """The installation's time zone; UTC on a page that is shown while the database is away."""
    try:
        return ZoneInfo(str(settings_in_force()["timezone"]))
    except (DBAPIError, psycopg.Error):
        return ZoneInfo("UTC")
