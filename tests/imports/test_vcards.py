"""vCards as programs write them, and as they should not: each is a row, and one that is broken hinders no other."""

import tracemalloc
from pathlib import Path
from typing import Final

import pytest

from leasehold.imports.errors import FileRefused
from leasehold.imports.opening import open_table
from leasehold.imports.tables import Choices, Fields, Table
from leasehold.imports.vcards.cards import MOST_PROPERTIES
from leasehold.imports.vcards.lines import LONGEST_LINE
from leasehold.imports.vcards.parts import PARTS

EVERY_PART = Fields({}, needed=frozenset(), cards={part: part for part in PARTS})
PHOTO = "/9j/4AAQSkZJRgABAQAAAQABAAD" + "A" * 47

OUTLOOK = """\
BEGIN:VCARD
VERSION:2.1
X-MS-OL-DEFAULT-POSTAL-ADDRESS:2
N;LANGUAGE=de;CHARSET=Windows-1252;ENCODING=QUOTED-PRINTABLE:M=FCller;J=F6rg;;Herr Dr.
FN;CHARSET=Windows-1252;ENCODING=QUOTED-PRINTABLE:M=FCller, J=F6rg
ORG;CHARSET=Windows-1252;ENCODING=QUOTED-PRINTABLE:Stadtwerke K=F6ln;Eink=
auf
TITLE:Head of Sales, EMEA
NOTE;ENCODING=QUOTED-PRINTABLE:Erste Zeile=0D=0A=
Zweite: Zeile=0D=0A
TEL;WORK;VOICE:+49 (221) 1234567
TEL;CELL;VOICE:0171 2345678
TEL;WORK;FAX:+49 221 1234568
ADR;WORK;PREF;CHARSET=Windows-1252;ENCODING=QUOTED-PRINTABLE:;;Am Str=E4=DFchen 1=0D=0A=
Hinterhaus;K=F6ln;NRW;50667;Deutschland
ADR;HOME:;;Daheim 3;Bonn;;53111;Deutschland
X-MS-OL-DESIGN;CHARSET=utf-8:<card xmlns="http://schemas.microsoft.example/cards" ver="1.0" layout="left"/>
URL;WORK:http://www.stadtwerke-koeln.example/start
EMAIL;PREF;INTERNET:joerg.mueller@stadtwerke-koeln.example
PHOTO;TYPE=JPEG;ENCODING=BASE64:
 PHOTO
 PHOTO

REV:20240101T000000Z
END:VCARD
""".replace(" PHOTO", f" {PHOTO}")
APPLE = f"""\
BEGIN:VCARD
VERSION:3.0
PRODID:-//Apple Inc.//macOS 14.2//EN
N:Lovelace;Ada;King;Countess;
FN:Countess Ada King Lovelace
ORG:Klinikum Nord gGmbH;IT;Betrieb
TITLE:Analyst
EMAIL;type=INTERNET;type=HOME:ada@home.example
EMAIL;type=INTERNET;type=WORK;type=pref:ada@klinikum.example
item1.TEL:+49 711 234567
item1.X-ABLabel:Vorzimmer
TEL;type=IPHONE;type=CELL;type=VOICE:+49 171 2345678
item2.ADR;type=WORK:;;Am Park 1\\nHaus B;Stuttgart;;70173;Germany
item2.X-ABADR:de
item3.URL:https://www.linkedin.com/in/ada
item4.URL:https://klinikum.example
item4.X-ABLabel:_$!<HomePage>!$_
CATEGORIES:Klinik,Nord\\, neu,myContacts
PHOTO;ENCODING=b;TYPE=JPEG:{PHOTO}
 {PHOTO}
  {PHOTO}
END:VCARD
"""
GOOGLE = """\
BEGIN:VCARD
VERSION:3.0
FN:Grace Hopper
N:Hopper;Grace;;;
EMAIL;TYPE=INTERNET;TYPE=WORK:grace@navy.example
TEL;TYPE=CELL:+1 202-555-0142
ORG:United States Navy
CATEGORIES:myContacts
END:VCARD
BEGIN:VCARD
VERSION:3.0
FN:Cafe Noir
N:;;;;
ORG:Cafe Noir
TEL;TYPE=WORK:+49 30 1234567
CATEGORIES:myContacts
END:VCARD
"""
ANDROID = f"""\
BEGIN:VCARD
VERSION:2.1
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=47=C3=B6=64=65=6C;=4B=75=72=74;;;
FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=4B=75=72=74=20=47=C3=B6=64=65=6C
TEL;CELL;PREF:0171-2345678
TEL;X-Zentrale:030 1234567
ORG;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=49=6E=73=74=69=74=75=74=20=66=C3=BC=72=20=
=4C=6F=67=69=6B
PHOTO;ENCODING=BASE64;JPEG:{PHOTO}
{PHOTO}
/9j/4AAQ==

END:VCARD
"""
FOUR = """\
begin:vcard
version:4.0
kind:org
fn:Universität Ulm
n:;;;;
email;pref=1:mailto:info@uni-ulm.example
tel;value=uri;type="work,voice":tel:+49-731-50-10;ext=12
lang;pref=1:en
adr;type=work;label="Am Campus: 1":;;Am Campus 1;Ulm;;89081;DE
url:https://uni-ulm.example
end:vcard
begin:vcard
version:4.0
fn:Emmy Noether
org:Universität\\; Ulm;Algebra
lang:fr
lang:de-DE
related;type=agent:urn:uuid:1
email;type=work:emmy@uni-ulm.example
end:vcard
"""

GOLDEN: Final[dict[str, tuple[bytes, list[dict[str, str]]]]] = {
    "outlook": (
        OUTLOOK.replace("\n", "\r\n").encode(),
        [
            {
                "organisation": "Stadtwerke Köln",
                "department": "Einkauf",
                "prefix": "Herr Dr.",
                "first_name": "Jörg",
                "last_name": "Müller",
                "role": "Head of Sales, EMEA",
                "phones": "+49 (221) 1234567",
                "mobiles": "0171 2345678",
                "emails": "joerg.mueller@stadtwerke-koeln.example",
                "website": "http://www.stadtwerke-koeln.example/start",
                "street": "Am Sträßchen 1, Hinterhaus",
                "postcode": "50667",
                "city": "Köln",
                "country": "Deutschland",
            }
        ],
    ),
    "apple": (
        APPLE.replace("\n", "\r\n").encode(),
        [
            {
                "organisation": "Klinikum Nord gGmbH",
                "department": "IT, Betrieb",
                "prefix": "Countess",
                "first_name": "Ada King",
                "last_name": "Lovelace",
                "role": "Analyst",
                "emails": "ada@klinikum.example\nada@home.example",
                "phones": "+49 711 234567",
                "mobiles": "+49 171 2345678",
                "website": "https://klinikum.example",
                "street": "Am Park 1, Haus B",
                "postcode": "70173",
                "city": "Stuttgart",
                "country": "Germany",
                "tags": "Klinik\nNord, neu",
            }
        ],
    ),
    "google": (
        GOOGLE.encode(),
        [
            {
                "organisation": "United States Navy",
                "first_name": "Grace",
                "last_name": "Hopper",
                "emails": "grace@navy.example",
                "mobiles": "+1 202-555-0142",
            },
            {"organisation": "Cafe Noir", "own_phones": "+49 30 1234567"},
        ],
    ),
    "android": (
        ANDROID.encode(),
        [
            {
                "organisation": "Institut für Logik",
                "first_name": "Kurt",
                "last_name": "Gödel",
                "mobiles": "0171-2345678",
                "phones": "030 1234567",
            }
        ],
    ),
    "four": (
        FOUR.encode(),
        [
            {
                "organisation": "Universität Ulm",
                "own_emails": "info@uni-ulm.example",
                "own_phones": "+49-731-50-10;ext=12",
                "language": "en",
                "street": "Am Campus 1",
                "postcode": "89081",
                "city": "Ulm",
                "country": "DE",
                "website": "https://uni-ulm.example",
            },
            {
                "organisation": "Universität; Ulm",
                "department": "Algebra",
                "first_name": "Emmy",
                "last_name": "Noether",
                "emails": "emmy@uni-ulm.example",
                "language": "de",
            },
        ],
    ),
    "with a mark, blank lines and an old encoding": (
        "\n \nBegin : vCard\rFN:Jörg Müller\rORG:Köln AG\rEND:VCARD".encode("utf-16"),
        [{"organisation": "Köln AG", "first_name": "Jörg", "last_name": "Müller"}],
    ),
    "of no declared character set": (
        "BEGIN:VCARD\nN:Müller\nORG;QUOTED-PRINTABLE:K=F6ln\nEND:VCARD\n".encode("cp1252"),
        [{"organisation": "Köln", "last_name": "Müller"}],
    ),
    "with an assistant's card inside": (
        b"BEGIN:VCARD\nN:A;B\nAGENT:\nBEGIN:VCARD\nN:C;D\nORG:E\nEND:VCARD\nORG:F\nEND:VCARD\n",
        [{"organisation": "F", "first_name": "B", "last_name": "A"}],
    ),
    "in another character set than it says": (
        b"BEGIN:VCARD\nORG;QUOTED-PRINTABLE;CHARSET=utf-8:K=F6ln\nN;QUOTED-PRINTABLE;CHARSET=us-ascii:M=C3=BCller\n"
        b"END:VCARD\n",
        [{"organisation": "Köln", "last_name": "Müller"}],
    ),
    "with the address of a home alone": (
        b"BEGIN:VCARD\nORG:A\nADR;TYPE=home:;;Daheim 3;Bonn;;53111;Deutschland\nEND:VCARD\n",
        [{"organisation": "A"}],
    ),
    "with one name only": (b"BEGIN:VCARD\nN:;Ada;;;\nORG:A\nEND:VCARD\n", [{"organisation": "A", "last_name": "Ada"}]),
}
GOOD = "BEGIN:VCARD\nFN:Ada Lovelace\nORG:A\nEND:VCARD\n"
# Between two good cards: what is wrong, and in which line that is told.
BROKEN: Final[dict[str, tuple[str, int]]] = {
    "BEGIN:VCARD\nFN:x\nno line of a card\nEND:VCARD\n": ("no_property", 5),
    'BEGIN:VCARD\nTEL;TYPE="work:1\nEND:VCARD\n': ("no_property", 5),
    "BEGIN:VCARD\nA;B" + "=" * 9000 + "\nEND:VCARD\n": ("no_property", 5),
    "BEGIN:VCARD\nFN;ENCODING=QUOTED-PRINTABLE;CHARSET=rot13:x\nEND:VCARD\n": ("character_set", 5),
    "BEGIN:VCARD\nFN:x\n": ("no_end", 5),
    "END:VCARD\n": ("outside", 5),
    "BEGIN:VCALENDAR\nEND:VCALENDAR\n": ("outside", 5),
    "BEGIN:VCARD\nFN:Ada Lovelace\nEND:VCARD\n": ("no_organisation", 5),
    "BEGIN:VCARD\nKIND:group\nFN:Friends\nEND:VCARD\n": ("kind", 5),
    "BEGIN:VCARD\nEND:VCARD\n": ("no_organisation", 5),
    f"BEGIN:VCARD\nORG:{'x' * (LONGEST_LINE + 1)}\nEND:VCARD\n": ("card_too_long", 5),
    "BEGIN:VCARD\n" + "TEL:1\n" * (MOST_PROPERTIES + 1) + "END:VCARD\n": ("card_too_long", 5),
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "contacts.txt"


def opened(file: Path, content: bytes, fields: Fields = EVERY_PART, choices: Choices | None = None) -> Table:
    file.write_bytes(content)
    return open_table(file, fields, choices or Choices())


def cards(table: Table) -> list[dict[str, str]]:
    return [
        {part: row.cells[place] for part, place in table.places.items() if row.cells[place]}
        for row in table.rows
        if row.broken is None
    ]


@pytest.mark.parametrize("name", GOLDEN)
def test_what_programs_write_is_read(file: Path, name: str) -> None:
    content, expected = GOLDEN[name]
    assert cards(opened(file, content)) == expected


@pytest.mark.parametrize("content", BROKEN, ids=lambda content: BROKEN[content][0])
def test_a_broken_card_is_told_and_the_others_are_read(file: Path, content: str) -> None:
    problem, number = BROKEN[content]
    rows = list(opened(file, f"{GOOD}{content}{GOOD}".encode()).rows)
    assert [(row.number, row.broken and row.broken.problem) for row in rows] == [
        (1, None),
        (number, problem),
        (5 + content.count("\n"), None),
    ]
    assert rows[1].broken is not None
    assert "\0" not in rows[1].broken.given


def test_a_picture_of_30_mb_is_passed_over_without_being_held(file: Path) -> None:
    with file.open("wb") as out:
        out.write(b"BEGIN:VCARD\r\nORG:A\r\nPHOTO;ENCODING=b:")
        for _ in range(15):
            out.write(b"A" * 1024 * 1024)
        out.write(b"\r\n")
        for _ in range(15):
            out.write((b" " + b"A" * 74 + b"\r\n") * 13_981)
        out.write(b"N:Lovelace;Ada\r\nEND:VCARD\r\n")
    assert file.stat().st_size > 30 * 1024 * 1024
    tracemalloc.start()
    try:
        found = cards(open_table(file, EVERY_PART, Choices()))
        _now, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found == [{"organisation": "A", "first_name": "Ada", "last_name": "Lovelace"}]
    assert most < 8 * 1024 * 1024


@pytest.mark.parametrize(
    ("content", "fields", "choices", "problem"),
    [
        (b"", EVERY_PART, Choices(), "empty"),
        (b"\r\nBEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n", EVERY_PART, Choices(), "calendar"),
        (GOOD.encode(), Fields({}, needed=frozenset()), Choices(), "vcards"),
        (GOOD.encode() + b"\0", EVERY_PART, Choices(), "no_text"),
        (GOOD.encode(), EVERY_PART, Choices(encoding="ebcdic"), "encoding"),
        (GOOD.replace("Ada", "Jörg").encode("cp1252"), EVERY_PART, Choices(encoding="utf-8"), "encoding"),
    ],
)
def test_a_file_that_is_none_is_refused(
    file: Path, content: bytes, fields: Fields, choices: Choices, problem: str
) -> None:
    with pytest.raises(FileRefused) as refused:
        list(opened(file, content, fields, choices).rows)
    assert refused.value.context["problem"] == problem


def test_nothing_that_the_database_cannot_hold_is_passed_on(file: Path) -> None:
    (row,) = opened(file, b"BEGIN:VCARD\nORG;QUOTED-PRINTABLE;CHARSET=utf-8:a=00\nFN:x\nEND:VCARD\n").rows
    assert row.cells[PARTS.index("organisation")] == "a\ufffd"
