"""The admin panel's application: everything is wired here, and nowhere else."""

from flask import Flask, current_app
from flask_wtf.csrf import CSRFProtect

from leasehold import __version__
from leasehold.backups.guard import BackupGuard
from leasehold.kit.configuration import Configuration
from leasehold.kit.database import Database
from leasehold.panel import context, front
from leasehold.panel.account import factors as account
from leasehold.panel.account.browsers import browser_in_words
from leasehold.panel.administration import views as administration
from leasehold.panel.audit import views as audit
from leasehold.panel.audit.words import action_words, actor_words, table_words
from leasehold.panel.backups import views as backups
from leasehold.panel.contacts import views as contacts
from leasehold.panel.context import GuardMaker
from leasehold.panel.cross_site import init_cross_site
from leasehold.panel.customers import views as customers
from leasehold.panel.dashboard import views as dashboard
from leasehold.panel.delivery import init_delivery
from leasehold.panel.devices import views as devices
from leasehold.panel.durations import lasting
from leasehold.panel.headers import init_headers
from leasehold.panel.institutions import (  # further pages of the same subject
    activity_views,  # noqa: F401
    board,
    contact_views,  # noqa: F401
    conversion_views,  # noqa: F401
    importing_views,  # noqa: F401
    merge_views,  # noqa: F401
    my_day,
    note_views,  # noqa: F401
    stage_views,  # noqa: F401
    vcard_views,  # noqa: F401
)
from leasehold.panel.institutions import duplicate_views as duplicates
from leasehold.panel.institutions import views as institutions
from leasehold.panel.institutions.words import due_words
from leasehold.panel.licenses import changing, making  # noqa: F401  # further pages of the same subject
from leasehold.panel.licenses import views as licenses
from leasehold.panel.links import link_to
from leasehold.panel.lists import saved
from leasehold.panel.locale import init_locale
from leasehold.panel.maintenance import init_maintenance
from leasehold.panel.navigation import init_navigation
from leasehold.panel.pages import allow, allow_large_body, check_right
from leasehold.panel.privacy import people_views, retention_views  # noqa: F401  # further pages of the same subject
from leasehold.panel.privacy import views as privacy
from leasehold.panel.problems import init_problems
from leasehold.panel.products import views as products
from leasehold.panel.reminders import views as reminders
from leasehold.panel.rescue import views as rescue
from leasehold.panel.rescue.words import door_words, restore_steps
from leasehold.panel.resources import import_views, license_views  # noqa: F401  # further pages of the same subject
from leasehold.panel.resources import views as resources
from leasehold.panel.rights import Right
from leasehold.panel.row_addresses import RowIdConverter
from leasehold.panel.search import views as search
from leasehold.panel.secret_key import init_secret_key
from leasehold.panel.session_history import views as session_history
from leasehold.panel.sessions import views as sessions
from leasehold.panel.sign_in import confirmation_page, passkeys, second_factor, setup
from leasehold.panel.sign_in import views as sign_in
from leasehold.panel.sign_in.cookies import FormCookie
from leasehold.panel.sign_in.recognition import init_recognition
from leasehold.panel.staff import views as staff
from leasehold.panel.words import badge_for, badge_of

_LARGEST_FORM = 4 * 2**20
_LONGEST_FORM_PART = 1 * 2**20
_MOST_FORM_PARTS = 5000
_SUBJECTS = (
    front,
    dashboard,
    sign_in,
    second_factor,
    setup,
    passkeys,
    confirmation_page,
    account,
    staff,
    saved,
    my_day,
    institutions,
    contacts,
    duplicates,
    board,
    customers,
    products,
    licenses,
    devices,
    sessions,
    session_history,
    resources,
    reminders,
    privacy,
    administration,
    audit,
    backups,
    search,
    rescue,
)


def create_app(configuration: Configuration, database: Database, *, guard: GuardMaker = BackupGuard) -> Flask:
    """The panel for `configuration`, on `database` as the role of the panel sees it; `guard` stands before changes."""
    app = Flask("leasehold.panel")
    app.url_map.converters["int"] = RowIdConverter
    app.config.update(
        MAX_CONTENT_LENGTH=_LARGEST_FORM,
        MAX_FORM_MEMORY_SIZE=_LONGEST_FORM_PART,
        MAX_FORM_PARTS=_MOST_FORM_PARTS,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.session_interface = FormCookie()
    context.install(app.extensions, context.Installation(configuration, database, guard))
    init_secret_key(app, configuration.data_dir)
    init_delivery(app)
    init_headers(app)
    init_locale(app)
    init_problems(app)
    init_maintenance(app, configuration.data_dir)
    init_navigation(app)
    init_cross_site(app)
    app.before_request(allow_large_body)
    CSRFProtect(app)
    init_recognition(app)
    app.before_request(check_right)
    allow(app, "static", Right.PUBLIC)
    app.jinja_env.filters |= {"browser": browser_in_words, "lasting": lasting, "due": due_words}
    for subject in _SUBJECTS:
        app.register_blueprint(subject.pages)
    app.jinja_env.globals |= {
        "version": __version__,
        "person": context.person,
        "may": context.may,
        "on_trial_certificate": context.on_trial_certificate,
        "badge_for": badge_for,
        "badge_of": badge_of,
        "link_to": link_to,
        "action_words": action_words,
        "actor_words": actor_words,
        "table_words": table_words,
        "restore_steps": restore_steps,
        "door_words": door_words,
        "Right": Right,
        "installed_endpoints": lambda: current_app.view_functions,
    }
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    return app
