import string

from hypothesis import given
from hypothesis import strategies as st

from leasehold.licensing.license_key import new_license_key, parse_license_key


@given(st.randoms(use_true_random=False))
def test_a_key_is_read_in_any_case_without_hyphens_and_with_look_alikes(random: object) -> None:
    key = new_license_key()
    assert len(key) == 29
    assert parse_license_key(key.lower()) == key
    assert parse_license_key(key.replace("-", "")) == key
    assert parse_license_key(key.replace("0", "O").replace("1", "l")) == key


@given(st.integers(0, 24), st.sampled_from("0123456789ABCDEFGHJKMNPQRSTVWXYZ"))
def test_one_wrong_character_is_found(position: int, character: str) -> None:
    plain = new_license_key().replace("-", "")
    wrong = plain[:position] + character + plain[position + 1 :]
    assert (parse_license_key(wrong) is None) == (wrong != plain)


@given(st.text(alphabet=string.printable + "äß\0", max_size=80))
def test_nothing_else_is_taken_for_a_key(text: str) -> None:
    parsed = parse_license_key(text)
    assert parsed is None or parse_license_key(parsed) == parsed
