"""One form for each value, and a sentence for each that is none."""

from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leasehold.resources.errors import ValueInvalid
from leasehold.resources.finding import kind_of
from leasehold.resources.values import phones
from leasehold.resources.values.expansion import count_of, expanded
from leasehold.resources.values.normal import ValueRules, normal_value, shown_value
from leasehold.resources.vocabulary import ResourceKind

DOMAIN, IPV4, PHONE = ResourceKind.DOMAIN, ResourceKind.IPV4, ResourceKind.PHONE
PAYPAL = "\u0440\u0430\u0443\u0440\u0430"  # Cyrillic


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("faß.de", "xn--fa-hia.de"),
        ("fass.de", "fass.de"),
        ("FASS.DE", "fass.de"),
        ("xn--fa-hia.de", "xn--fa-hia.de"),
        ("Mu\u0308ller.de", "xn--mller-kva.de"),
        ("https://www.Example.com/path?x", "www.example.com"),
        (" example.co.uk. ", "example.co.uk"),
        ("例え。jp", "xn--r8jz45g.jp"),
        ("\uff45xample.com", "example.com"),
        ("\u043c\u043e\u0441\u043a\u0432\u0430.\u0440\u0444", "xn--80adxhks.xn--p1ai"),
    ],
)
def test_domains(text: str, value: str) -> None:
    assert normal_value(text, ValueRules(DOMAIN)) == value
    assert normal_value(shown_value(DOMAIN, value), ValueRules(DOMAIN)) == value


WRONG = [
    (DOMAIN, "", "empty"),
    (DOMAIN, "1.2.3.4", "address"),
    (DOMAIN, "localhost", "suffix_unknown"),
    (DOMAIN, "a.example", "suffix_unknown"),
    (DOMAIN, "co.uk", "only_suffix"),
    (DOMAIN, "*.example.com", "wildcard"),
    (DOMAIN, "a b.de", "space"),
    (DOMAIN, "a_b.de", "character"),
    (DOMAIN, "example.com:80", "character"),
    (DOMAIN, "-a.de", "no_domain"),
    (DOMAIN, "a..de", "no_domain"),
    (DOMAIN, "ab--cd.de", "no_domain"),
    (DOMAIN, f"{'a' * 64}.de", "no_domain"),
    (DOMAIN, ".".join(["a" * 60] * 5) + ".de", "too_long"),
    (DOMAIN, "xn--fass-.de", "punycode"),
    (DOMAIN, "xn--abc.de", "punycode"),
    (DOMAIN, f"{PAYPAL}l.com", "mixed_scripts"),
    (DOMAIN, f"{PAYPAL}\u0443.com", "looks_latin"),
    (DOMAIN, "xn--80ak6aa92e.com", "looks_latin"),
    (DOMAIN, '=HYPERLINK("http://x")', "formula"),
    (IPV4, "010.0.0.1", "leading_zero"),
    (IPV4, "127.1", "no_ipv4"),
    (IPV4, "0x7f.0.0.1", "no_ipv4"),
    (IPV4, "１.2.3.4", "no_ipv4"),  # noqa: RUF001  # a digit of full width
    (IPV4, "::1", "ipv6"),
    (IPV4, "::ffff:1.2.3.4", "ipv6"),
    (IPV4, "256.0.0.1", "number_too_large"),
    (IPV4, "0.1.2.3", "not_usable"),
    (IPV4, "127.0.0.1", "not_usable"),
    (IPV4, "224.0.0.1", "not_usable"),
    (IPV4, "255.255.255.255", "not_usable"),
    (PHONE, "", "no_phone"),
    (PHONE, "030 1234567", "no_country"),
    (PHONE, "+999 1234567", "country_unknown"),
    (PHONE, "0800 FLOWERS", "no_phone"),
    (PHONE, "4.93012E+11", "spreadsheet_number"),
    (PHONE, "493012345678.0", "spreadsheet_number"),
    (PHONE, "+49 30 1234567 ext. 12345678", "extension_too_long"),
    (PHONE, "+49 30 1234567890123456", "too_long"),
]


@pytest.mark.parametrize(("kind", "text", "problem"), WRONG)
def test_what_is_no_value_is_told_why(kind: ResourceKind, text: str, problem: str) -> None:
    with pytest.raises(ValueInvalid) as refused:
        normal_value(text, ValueRules(kind))
    assert refused.value.context["problem"] == problem
    assert refused.value.detail.endswith(".")


@pytest.mark.parametrize("text", ["10.0.0.1", "172.16.0.1", "192.168.0.1", "100.64.0.1", "169.254.0.1", "192.0.2.1"])
def test_private_addresses_are_refused_where_the_pool_says_so(text: str) -> None:
    assert normal_value(text, ValueRules(IPV4)) == text
    with pytest.raises(ValueInvalid) as refused:
        normal_value(text, ValueRules(IPV4, public_only=True))
    assert refused.value.context["problem"] == "not_public"
    assert normal_value("8.8.8.8", ValueRules(IPV4, public_only=True)) == "8.8.8.8"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("+49 (0)30 1234567", "+49301234567"),
        ("0049 30 1234567", "+49301234567"),
        ("030/123-45.67", "+49301234567"),
        ("tel:+49-30-1234567", "+49301234567"),
        ("+49 69 1234567 ext. 12", "+49691234567;ext=12"),
        ("069 1234567 Durchwahl 5", "+49691234567;ext=5"),
        ("069 1234567-89", "+4969123456789"),
        ("+39 06 12345678", "+390612345678"),
        ("+1 212 555 0100", "+12125550100"),
    ],
)
def test_phones(text: str, value: str) -> None:
    rules = ValueRules(PHONE, default_country="DE")
    assert normal_value(text, rules) == value
    assert normal_value(shown_value(PHONE, value), rules) == value


@given(st.integers(1, 999), st.integers(1, 10**12))
def test_the_quick_way_says_what_the_parser_says(code: int, number: int) -> None:
    text = f"+{code}{number}"
    quick = _value_or_problem(text)
    with patch.object(phones, "_is_canonical", return_value=False):
        assert _value_or_problem(text) == quick


def _value_or_problem(text: str) -> object:
    try:
        return normal_value(text, ValueRules(PHONE))
    except ValueInvalid as refused:
        return refused.context["problem"]


@pytest.mark.parametrize(
    ("kind", "text", "values"),
    [
        (IPV4, "10.0.0.0/30", ["10.0.0.0", "10.0.0.1", "10.0.0.2", "10.0.0.3"]),
        (IPV4, "10.0.0.255-10.0.1.0", ["10.0.0.255", "10.0.1.0"]),
        (IPV4, "10.0.0.1 - 2", ["10.0.0.1", "10.0.0.2"]),
        (IPV4, "10.0.[1,3].[9-10]", ["10.0.1.9", "10.0.1.10", "10.0.3.9", "10.0.3.10"]),
        (IPV4, "10.0.0.1, 10.0.0.9; 10.0.1.0/31", ["10.0.0.1", "10.0.0.9", "10.0.1.0", "10.0.1.1"]),
        (PHONE, "+49 30 123400..01", ["+4930123400", "+4930123401"]),
        (PHONE, "+49 30 123400 - +49 30 123401", ["+4930123400", "+4930123401"]),
        (PHONE, "+49 30 1234[08-10]", ["+4930123408", "+4930123409", "+4930123410"]),
        (PHONE, "+49 30 - 1234567", ["+49301234567"]),
        (DOMAIN, "example.com, faß.de", ["example.com", "xn--fa-hia.de"]),
    ],
)
def test_one_line_may_mean_many(kind: ResourceKind, text: str, values: list[str]) -> None:
    assert list(expanded(text, ValueRules(kind))) == values
    assert count_of(text, ValueRules(kind)) == len(values)


@pytest.mark.parametrize(
    ("kind", "text", "problem"),
    [
        (IPV4, "1.2.3.4/33", "prefix"),
        (IPV4, "1.2.3.4/24", "host_bits"),
        (IPV4, "10.0.0.0/8", "too_many"),
        (IPV4, "10.0.0.[0-99999999]", "too_many"),
        (IPV4, "10.[0-255].[0-255].[0-255]", "too_many"),
        (IPV4, "10.0.0.9-10.0.0.1", "backwards"),
        (IPV4, "10.0.0.[9-1]", "backwards"),
        (IPV4, "10.0.0.[1", "pattern"),
        (IPV4, "10.0.0.[a]", "pattern"),
        (IPV4, "126.255.255.255-127.0.0.1", "not_usable"),
        (PHONE, "+49 30 123400 - +49 30 1234567", "no_range"),
        (PHONE, "+49 30 123409..00", "backwards"),
    ],
)
def test_ranges_that_are_none_are_told_why(kind: ResourceKind, text: str, problem: str) -> None:
    with pytest.raises(ValueInvalid) as refused:
        list(expanded(text, ValueRules(kind)))
    assert refused.value.context["problem"] == problem


@given(st.integers(0, 2**32 - 1), st.integers(0, 300), st.booleans())
def test_a_range_means_what_its_addresses_mean_one_by_one(first: int, more: int, public_only: bool) -> None:
    rules = ValueRules(IPV4, public_only=public_only)
    last = min(first + more, 2**32 - 1)
    one_by_one = [_normal_or_none(_dotted(number), rules) for number in range(first, last + 1)]
    try:
        assert list(expanded(f"{_dotted(first)}-{_dotted(last)}", rules)) == one_by_one
    except ValueInvalid:
        assert None in one_by_one


def _dotted(number: int) -> str:
    return ".".join(str(number >> shift & 255) for shift in (24, 16, 8, 0))


def _normal_or_none(text: str, rules: ValueRules) -> str | None:
    try:
        return normal_value(text, rules)
    except ValueInvalid:
        return None


@given(st.text(max_size=40), st.sampled_from(ResourceKind))
def test_no_text_breaks_anything_and_a_value_stays_itself(text: str, kind: ResourceKind) -> None:
    rules = ValueRules(kind, default_country="DE" if kind is PHONE else None)
    value = _normal_or_none(text, rules)
    if value is not None:
        assert normal_value(value, rules) == value


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("10.0.0.1", IPV4), ("1.2.3.4/33", IPV4), ("::1", IPV4), ("example.com", DOMAIN), ("1und1.de", DOMAIN),
        ("https://example.com", DOMAIN), ("+49 30 1", PHONE), ("030 123", PHONE), ("(030) 123 ext. 4", PHONE),
        ("tel:+4930123", PHONE), ("xn--fa-hia.de", DOMAIN),
    ],
)  # fmt: skip
def test_what_a_text_is_shows(text: str, kind: ResourceKind) -> None:
    assert kind_of(text) is kind
