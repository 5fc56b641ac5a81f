import pytest
from argon2 import Type, extract_parameters

from leasehold.staff.passwords import hash_new_password, password_is_right
from leasehold.staff.rules import totp_code, totp_steps_of, why_password_is_refused, words_of

RFC_6238_SECRET = b"12345678901234567890"


@pytest.mark.parametrize(
    ("moment", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037")],
)
def test_codes_are_those_of_rfc_6238(moment: int, code: str) -> None:
    assert totp_code(RFC_6238_SECRET, moment // 30) == code
    assert totp_steps_of(RFC_6238_SECRET, code, moment) == (moment // 30,)


def test_a_code_is_right_one_step_before_and_after_and_no_more() -> None:
    steps = {
        ahead: totp_steps_of(RFC_6238_SECRET, totp_code(RFC_6238_SECRET, 1000 + ahead), 30_015)
        for ahead in range(-3, 4)
    }
    assert {ahead: len(found) for ahead, found in steps.items()} == {-3: 0, -2: 0, -1: 1, 0: 1, 1: 1, 2: 0, 3: 0}


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "ü" * 6, "\0" * 6, "١٢٣٤٥٦"])
def test_what_is_no_code_is_wrong(typed: str) -> None:
    assert totp_steps_of(RFC_6238_SECRET, typed, 59) == ()


def test_a_code_may_be_typed_in_groups() -> None:
    assert totp_steps_of(RFC_6238_SECRET, " 287 082 ", 59) == (1,)


@pytest.mark.parametrize(
    "password",
    [
        "violet harbour lantern",
        "zwölf Boxkämpfer jagen",
        "k7#Qz!pW2x&Lm",
        "x" * 1000 + "violet",
        "пароль-на-русском",
        "lantern password 12",
    ],
)
def test_good_passwords(password: str) -> None:
    if len(set(password)) >= 5:
        assert why_password_is_refused(password, words=words_of("Ada Byron", "ada@firm.local")) is None


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "elevenchars",
        "aaaaaaaaaaaaaaaa",
        "password12345",
        "P@ssw0rd!2026",
        "passwordpassword",
        "qwertyuiop1234",
        "abcdefghijklmnop",
        "987654321098",
        "leasehold2026!",
        "Willkommen2026",
        "correct horse battery staple",
        "ada@firm.local!",
        "AdaByron2026!",
        "x" * 1025,
    ],
)
def test_passwords_that_are_guessed_first(password: str) -> None:
    assert why_password_is_refused(password, words=words_of("Ada Byron", "ada@firm.local")) is not None


def test_passwords_are_kept_as_argon2id_with_enough_work() -> None:
    kept = hash_new_password("violet harbour lantern", name="Ada", email="ada@firm.local")
    parameters = extract_parameters(kept)
    assert parameters.type is Type.ID
    assert parameters.memory_cost >= 46 * 1024
    assert parameters.time_cost * parameters.memory_cost >= 46 * 1024
    assert password_is_right(kept, "violet harbour lantern")
    assert not password_is_right(kept, "violet harbour lanterm")
    assert not password_is_right(None, "nobody has this password")
    assert not password_is_right(kept, "x" * 5000)
    assert not password_is_right("no hash", "violet harbour lantern")


def test_a_composed_letter_is_the_same_letter() -> None:
    kept = hash_new_password("Bücherregal hoch zwei", name="Ada", email="ada@firm.local")
    assert password_is_right(kept, "Bücherregal hoch zwei")
