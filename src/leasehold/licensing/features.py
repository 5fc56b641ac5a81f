"""A license's features: what their names and values may be."""

import math
import re
from collections.abc import Mapping

from leasehold.kit.text import clean_text
from leasehold.licensing.errors import LicenseInvalid
from leasehold.licensing.state import FeatureValue

MOST_FEATURES = 100
LONGEST_VALUE = 1000
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,14})\.[0-9]{1,15}")


def read_feature_value(text: str) -> FeatureValue:
    """What `text` stands for: `true`, `false`, a number as JSON writes it, else the text itself."""
    if text in {"true", "false"}:
        return text == "true"
    if _INTEGER.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text):
        return float(text)
    return text


def changed_features(
    present: Mapping[str, FeatureValue], changes: Mapping[str, FeatureValue | None]
) -> dict[str, FeatureValue]:
    """`present` with `changes` made, None taking a feature away.

    Raises `LicenseInvalid` `feature_invalid` for a name or value that cannot be one, or for more than 100 features.
    """
    result = dict(present)
    for name, value in changes.items():
        if not _NAME.fullmatch(name):
            detail = f"A feature is named by 1 to 64 letters, digits, hyphens, dots and underscores, not {name!r}."
            raise LicenseInvalid("feature_invalid", detail, {"problem": "name", "name": name})
        if value is None:
            result.pop(name, None)
        else:
            result[name] = _checked(name, value)
    if len(result) > MOST_FEATURES:
        detail = f"A license has at most {MOST_FEATURES} features: take some away."
        raise LicenseInvalid("feature_invalid", detail, {"problem": "too_many", "most": MOST_FEATURES})
    return result


def _checked(name: str, value: FeatureValue) -> FeatureValue:
    if isinstance(value, float) and not math.isfinite(value):
        detail = f"The feature {name} must be a finite number."
        raise LicenseInvalid("feature_invalid", detail, {"problem": "not_finite", "name": name})
    if isinstance(value, str):
        return clean_text(value, what=f"The feature {name}", longest=LONGEST_VALUE)
    return value
