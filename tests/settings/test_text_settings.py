import pytest

from leasehold.settings.errors import SettingInvalid
from leasehold.settings.registry import SETTINGS, find_setting


@pytest.mark.parametrize(
    ("name", "text", "stored"),
    [
        ("backup_archive", "", ""),
        ("backup_archive", " /srv/archive.git/ ", "/srv/archive.git"),
        ("backup_ssh_key", "/etc/leasehold/key", "/etc/leasehold/key"),
        ("backup_author_name", "Jörg's server", "Jörg's server"),
        ("backup_time", "4:05", "04:05"),
        ("backup_heartbeats", "Structure", "structure"),
        ("backup_paths", " /etc/nginx : /etc/tls ", "/etc/nginx:/etc/tls"),
        ("backup_paths", "", ""),
    ],
)
def test_a_text_is_stored_in_one_form(name: str, text: str, stored: str) -> None:
    assert find_setting(name).parse(text) == stored


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("backup_archive", "https://github.com/you/archive.git"),
        ("backup_archive", "--upload-pack=sh"),
        ("backup_ssh_key", ""),
        ("backup_ssh_key", "id_ed25519"),
        ("backup_author_name", "..."),
        ("backup_author_name", "a <b>"),
        ("backup_author_name", "two\nlines"),
        ("backup_author_email", "a@b@c"),
        ("backup_author_email", "a b@c"),
        ("backup_time", "24:00"),
        ("backup_time", "3"),
        ("backup_heartbeats", "none"),
        ("backup_local_keep", "0"),
        ("backup_paths", "/etc/nginx:sites"),
        ("controller", "x" * 301),
        ("controller", "Acme\nGmbH"),
    ],
)
def test_an_impossible_text_is_refused(name: str, text: str) -> None:
    with pytest.raises(SettingInvalid, match=name):
        find_setting(name).parse(text)


def test_what_a_backup_holds_and_where_it_goes_is_protected_and_the_everyday_is_not() -> None:
    protected = {setting.name for setting in SETTINGS if setting.protected}
    assert protected == {"backup_archive", "backup_ssh_key", "backup_heartbeats", "backup_paths"}


def test_defaults_are_possible() -> None:
    for setting in SETTINGS:
        setting.parse(str(setting.default))
