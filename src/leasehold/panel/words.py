"""What the panel's pages say, in German and in English."""

from collections.abc import Mapping

LANGUAGES = ("en", "de")

Words = Mapping[str, str]

_ENGLISH: Words = {
    "what_runs": "What runs here",
    "license_server": "License server",
    "database": "Database",
    "database_ready": "reachable, schema {schema:04}",
    "database_away": "cannot be reached at the moment; Leasehold goes on by itself as soon as it is back",
    "worker": "Worker",
    "worker_last_run": "last run {seconds} s ago",
    "worker_never_ran": "has not run yet",
    "worker_unknown": "unknown while the database is away",
    "panel_to_come": "Licenses are managed with the command line, `leasehold --help`; "
    "their pages come with the next release.",
    "setup_title": "First administrator",
    "setup_valid": "This link is valid. The form for the account comes with the next release; "
    "the link was not used up.",
    "setup_invalid": "This link is not valid: it was used already, is older than 15 minutes, or was mistyped. "
    "Make a new one with `leasehold admin setup-link`.",
    "setup_unknown": "Whether this link is valid cannot be told while the database is away. Try again in a moment.",
    "not_found_title": "There is no such page",
    "not_found": "Check the address, or begin at the front page.",
    "failed_title": "That did not work",
    "failed": "The mistake is ours, and it is in the log (`leasehold logs panel`). Nothing was changed.",
    "front_page": "Front page",
}

_GERMAN: Words = {
    "what_runs": "Was hier läuft",
    "license_server": "Lizenzserver",
    "database": "Datenbank",
    "database_ready": "erreichbar, Schema {schema:04}",
    "database_away": "zurzeit nicht erreichbar; Leasehold macht von selbst weiter, sobald sie wieder da ist",
    "worker": "Hintergrunddienst",
    "worker_last_run": "zuletzt vor {seconds} s gelaufen",
    "worker_never_ran": "noch nicht gelaufen",
    "worker_unknown": "unbekannt, solange die Datenbank nicht erreichbar ist",
    "panel_to_come": "Lizenzen werden mit der Befehlszeile verwaltet, `leasehold --help`; "
    "ihre Seiten folgen in der nächsten Version.",
    "setup_title": "Erste Administratorin, erster Administrator",
    "setup_valid": "Dieser Link ist gültig. Das Formular für das Konto folgt in der nächsten Version; "
    "der Link ist nicht verbraucht.",
    "setup_invalid": "Dieser Link ist nicht gültig: Er wurde schon benutzt, ist älter als 15 Minuten "
    "oder falsch abgetippt. "
    "Einen neuen macht `leasehold admin setup-link`.",
    "setup_unknown": "Ob dieser Link gültig ist, lässt sich ohne Datenbank nicht sagen. "
    "Bitte gleich noch einmal versuchen.",
    "not_found_title": "Diese Seite gibt es nicht",
    "not_found": "Bitte die Adresse prüfen oder auf der Startseite beginnen.",
    "failed_title": "Das hat nicht geklappt",
    "failed": "Der Fehler liegt bei uns und steht im Protokoll (`leasehold logs panel`). Es wurde nichts geändert.",
    "front_page": "Startseite",
}

_WORDS = {"en": _ENGLISH, "de": _GERMAN}


def words_in(language: str) -> Words:
    """Every sentence in one of `LANGUAGES`."""
    return _WORDS[language]
