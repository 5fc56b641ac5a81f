import pytest

from leasehold.panel.search.term import LONGEST_TERM, TermKind, read_term

KEY = "5PJSB-K2YQQ-N0XTR-FR9AF-0J16H"


@pytest.mark.parametrize(
    ("typed", "kind", "text"),
    [
        ("", TermKind.NOTHING, ""),
        (" \0 ", TermKind.NOTHING, ""),
        (KEY, TermKind.LICENSE_KEY, KEY),
        (f"  {KEY.lower().replace('-', ' ')} ", TermKind.LICENSE_KEY, KEY),
        (KEY.replace("-", "").replace("0", "o").replace("1", "l"), TermKind.LICENSE_KEY, KEY),
        (
            "9F1C1B1E-4b0a-4f53-8d0e-6f0f6f0c2b7a",
            TermKind.SESSION_TOKEN,
            "9f1c1b1e-4b0a-4f53-8d0e-6f0f6f0c2b7a",
        ),
        ("Anna@Acme.example", TermKind.EMAIL, "anna@acme.example"),
        ("@acme.example", TermKind.EMAIL, "@acme.example"),
        ("192.0.2.7", TermKind.ADDRESS, "192.0.2.7"),
        ("2001:db8::7", TermKind.ADDRESS, "2001:db8::7"),
        ("999.0.2.7", TermKind.PHONE, "999.0.2.7"),
        ("+49 (30) 123-456", TermKind.PHONE, "+49 (30) 123-456"),
        ("12345", TermKind.NAME, "12345"),
        ("acme.example", TermKind.DOMAIN, "acme.example"),
        ("https://www.Acme.example/shop?a=b", TermKind.DOMAIN, "acme.example"),
        ("b1946ac92492d2347c6235b4d2611184", TermKind.FINGERPRINT, "b1946ac92492d2347c6235b4d2611184"),
        ("Müller & Söhne", TermKind.NAME, "Müller & Söhne"),
        ("'; DROP TABLE licenses", TermKind.NAME, "'; DROP TABLE licenses"),
        ("x y" * 200, TermKind.NAME, ("x y" * 200)[:LONGEST_TERM]),
    ],
)
def test_what_was_typed_is_taken_for_what_it_is(typed: str, kind: TermKind, text: str) -> None:
    term = read_term(typed)
    assert (term.kind, term.text) == (kind, text)
