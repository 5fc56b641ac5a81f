import math

import pytest

from leasehold.kit.errors import DomainError
from leasehold.licensing.features import changed_features, read_feature_value
from leasehold.licensing.state import FeatureValue


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("false", False),
        ("True", "True"),
        ("0", 0),
        ("-7", -7),
        ("1.50", 1.5),
        ("007", "007"),
        ("1e3", "1e3"),
        ("nan", "nan"),
        ("9" * 16, "9" * 16),
        ("٣", "٣"),
        ("a=b", "a=b"),
    ],
)
def test_text_is_read_as_what_it_looks_like(text: str, value: FeatureValue) -> None:
    read = read_feature_value(text)
    assert read == value
    assert type(read) is type(value)


def test_changes_set_replace_and_take_away() -> None:
    before = {"a": 1, "b": True}
    assert changed_features(before, {"a": None, "b": "x", "c.d-e": 2.5, "z": None}) == {"b": "x", "c.d-e": 2.5}
    assert before == {"a": 1, "b": True}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("", 1),
        ("ä", 1),
        ("a b", 1),
        ("-a", 1),
        ("a" * 65, 1),
        ("a\n", 1),
        ("a", "\x00"),
        ("a", "x" * 1001),
        ("a", " "),
        ("a", math.inf),
        ("a", math.nan),
    ],
)
def test_what_cannot_be_is_refused(name: str, value: FeatureValue) -> None:
    with pytest.raises(DomainError):
        changed_features({}, {name: value})


def test_a_hundred_are_enough() -> None:
    full = changed_features({}, {f"f{number}": True for number in range(100)})
    with pytest.raises(DomainError):
        changed_features(full, {"one-more": True})
    assert len(changed_features(full, {"one-more": True, "f0": None})) == 100
