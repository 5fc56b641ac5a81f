"""Every page that can be looked at: the application's own list of routes, with examples for their arguments."""

from dataclasses import asdict

from flask import Flask

from tests.browser.demonstration import Demonstration

# What routes call their arguments, where it is not what the demonstration calls it.
_ALSO_CALLED = {"slug": "product"}
_CALLED_OTHERWISE = {
    "institutions.preview_import": {"upload_id": "leads_upload_id"},
    "institutions.revert_import": {"import_id": "leads_import_id"},
}
# No pages: files, what only another page asks for, and what is shut while the database is there.
_NO_PAGES = {
    "static",
    "dashboard.activity",
    "customers.suggest",
    "institutions.suggest",
    "institutions.download_institution",
    "institutions.download_contact",
    "licenses.show_sessions",
    "audit.download_checkpoint",
    "privacy.download_person",
    "rescue.open_link",
    "rescue.rescue",
    "rescue.restore",
}


def paths_of(app: Flask, shown: Demonstration) -> dict[str, str]:
    """A path for the endpoint of every page that answers GET. An argument without an example fails here."""
    examples = asdict(shown)
    examples |= {name: examples[as_] for name, as_ in _ALSO_CALLED.items()}
    paths: dict[str, str] = {}
    with app.test_request_context():
        adapter = app.create_url_adapter(None) or app.url_map.bind("localhost")
        for rule in app.url_map.iter_rules():
            if rule.endpoint in _NO_PAGES or "GET" not in (rule.methods or ()):
                continue
            called = _CALLED_OTHERWISE.get(rule.endpoint, {})
            values = {name: examples[called.get(name, name)] for name in rule.arguments}
            paths[rule.endpoint] = adapter.build(rule.endpoint, values)
    return paths
