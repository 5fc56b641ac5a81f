"""A backup comes back whole, and what had been closed since stays closed."""

from tests.backups.restore.installation import Restorable

_PEOPLE = "SELECT count(*) FROM staff_members"


def test_what_was_there_is_there_again_and_what_is_replaced_is_kept(here: Restorable) -> None:
    here.change("INSERT INTO products (slug, name) VALUES ('studio', 'Studio')")
    here.seal()
    name = here.back_up()
    here.change("UPDATE products SET name = 'Spoilt'")
    here.change("INSERT INTO products (slug, name) VALUES ('late', 'Late')")
    here.seal()

    outcome = here.restore(name)

    assert here.read("SELECT slug, name FROM products") == [("studio", "Studio")]
    assert outcome.previous in here.databases()
    assert len(here.databases()) == 2
    assert here.verify().whole
