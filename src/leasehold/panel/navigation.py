"""The way around the panel: what stands in the menu, for whom, in which order."""

from dataclasses import dataclass

from flask import Flask, current_app, request
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from leasehold.panel.context import may
from leasehold.panel.pages import need_of


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the menu: the endpoint that it leads to, what it is called, its icon."""

    endpoint: str
    title: LazyString
    icon: str

    @property
    def subject(self) -> str:
        """The blueprint, whose every page lights the entry up."""
        return self.endpoint.partition(".")[0]


PLACES = (
    Place("dashboard.dashboard", _("Dashboard"), "home"),
    Place("my_day.show_my_day", _("My day"), "calendar"),
    Place("institutions.list_institutions", _("Institutions"), "world"),
    Place("contacts.list_contacts", _("Contacts"), "address-book"),
    Place("board.show_board", _("Pipeline"), "columns"),
    Place("duplicates.list_duplicates", _("Duplicates"), "copy"),
    Place("customers.list_customers", _("Customers"), "building"),
    Place("products.list_products", _("Products"), "package"),
    Place("licenses.list_licenses", _("Licenses"), "key"),
    Place("devices.list_devices", _("Devices"), "device-desktop"),
    Place("sessions.list_live_sessions", _("Live sessions"), "activity"),
    Place("session_history.list_past_sessions", _("Session history"), "history"),
    Place("resources.list_pools", _("Resource pools"), "database"),
    Place("reminders.show_reminders", _("Reminders"), "bell"),
    Place("privacy.list_requests", _("Privacy"), "shield-lock"),
    Place("audit.list_audit", _("Audit log"), "list-search"),
    Place("backups.list_backups", _("Backups"), "archive"),
    Place("administration.administration", _("License server administration"), "settings"),
    Place("staff.list_staff", _("Staff"), "users"),
)


def init_navigation(app: Flask) -> None:
    """Templates of `app` get `menu()`, the places that the reader may go to."""
    app.jinja_env.globals["menu"] = menu
    app.jinja_env.globals["is_here"] = is_here


def menu() -> list[Place]:
    """The places that the reader's role may see."""
    needs = [(place, need_of(current_app, place.endpoint)) for place in PLACES]
    return [place for place, right in needs if right is not None and may(right)]


def is_here(place: Place) -> bool:
    """Whether the page belongs to `place`."""
    return request.blueprint == place.subject
