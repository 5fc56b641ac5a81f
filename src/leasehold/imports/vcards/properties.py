"""What a line of a vCard says: a property with its parameters and its value, decoded."""

import codecs
import quopri
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from leasehold.imports.tables import Broken
from leasehold.imports.vcards.lines import Line

_HEAD = re.compile(r'((?:[^":]++|"[^"]*+")*+):')
_PARAMETERS = re.compile(r'(?:[^";]++|"[^"]*+")++')
_NAME = re.compile(r"[A-Za-z0-9_-]+")
_ENCODINGS: Final = ("quoted-printable", "base64", "b", "7bit", "8bit")
_CHARACTER_SETS: Final = ("utf", "ascii", "iso8859", "cp", "mac-", "koi8", "gb", "big5", "shift_jis", "euc")
_ESCAPED: Final = {"n": "\n", "N": "\n", "\\": "\\", ",": ",", ";": ";", ":": ":", '"': '"'}


class LineBroken(Exception):
    """The line is none of a vCard; `said` tells why."""

    def __init__(self, said: Broken) -> None:
        super().__init__(said.detail)
        self.said = said


@dataclass(frozen=True, slots=True)
class Property:
    """`name` is in capitals, `types` in small letters; `value` is still escaped, and empty where it was binary."""

    name: str
    types: frozenset[str]
    value: str
    is_preferred: bool

    @property
    def text(self) -> str:
        """The value as one text on one line."""
        return self.list_of("")[0]

    def list_of(self, separator: str) -> Sequence[str]:
        """The texts between separators that are not escaped, each on one line."""
        return [" ".join(text.split()) for text in split_value(self.value, separator)]


def split_value(value: str, separator: str) -> list[str]:
    """What stands between the separators that are not escaped, unescaped; at least one text."""
    found: list[list[str]] = [[]]
    letters = iter(value)
    for letter in letters:
        if letter == "\\":
            escaped = next(letters, "\\")
            found[-1].append(_ESCAPED.get(escaped, f"\\{escaped}"))
        elif letter == separator:
            found.append([])
        else:
            found[-1].append(letter)
    return ["".join(letters) for letters in found]


def read_property(line: Line) -> Property:
    """The property on the line. Raises `LineBroken`."""
    head = _HEAD.match(line.text)
    first, *rest = _PARAMETERS.findall(head[1]) if head else ("",)
    name = first.strip().rpartition(".")[2]
    if head is None or not _NAME.fullmatch(name):
        raise LineBroken(_no_property(line))
    types, parameters = _read_parameters(rest)
    value = line.text[head.end() :]
    match parameters.get("encoding", "").lower():
        case "quoted-printable":
            value = _from_quoted_printable(line, value, parameters.get("charset", ""))
        case "b" | "base64":
            value = ""
    return Property(name.upper(), types, value, "pref" in types or "pref" in parameters)


def _read_parameters(texts: Sequence[str]) -> tuple[frozenset[str], Mapping[str, str]]:
    """The types, and what else is said; vCard 2.1 says types and encodings without their names."""
    types: set[str] = set()
    others: dict[str, str] = {}
    for text in texts:
        name, is_named, value = (part.strip() for part in text.partition("="))
        value = value.strip('"')
        if not is_named and name.lower() in _ENCODINGS:
            others["encoding"] = name
        elif not is_named or name.lower() == "type":
            types |= {one.strip().lower() for one in (value if is_named else name).replace('"', "").split(",")}
        else:
            others[name.lower()] = value[:40]
    return frozenset(types), others


def _from_quoted_printable(line: Line, value: str, character_set: str) -> str:
    """The text. Without a character set, or where it is not of the one that is named: UTF-8, or else Windows-1252."""
    named = _known_character_set(line, character_set) if character_set else "utf-8"
    text = _decoded(quopri.decodestring(value.encode(named, "replace")), named)
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")


def _decoded(content: bytes, named: str) -> str:
    for name in (named, "utf-8"):
        try:
            return content.decode(name)
        except UnicodeDecodeError:
            continue
    return content.decode("cp1252", "replace")


def _known_character_set(line: Line, name: str) -> str:
    try:
        found = codecs.lookup(name).name
    except (LookupError, ValueError):
        found = ""
    if not found.startswith(_CHARACTER_SETS):
        detail = f"Line {line.number} is in a character set that is not known here ({name}): save the card as UTF-8."
        context = {"line": line.number, "character_set": name}
        raise LineBroken(Broken("character_set", detail, context))
    return found


def _no_property(line: Line) -> Broken:
    detail = f"Line {line.number} is no line of a vCard: it looks like FN:Ada Lovelace. Export the card anew."
    return Broken("no_property", detail, {"line": line.number})
