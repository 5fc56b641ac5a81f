"""The files under `static/` in memory: read and compressed once, told apart by a hash of their content."""

import gzip
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

import brotli
from werkzeug.security import safe_join

_MEDIA_TYPES = {
    ".css": "text/css",
    ".ico": "image/x-icon",
    ".js": "text/javascript",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
_ANY_MEDIA_TYPE = "application/octet-stream"
_TEXT = ("text/", "image/svg+xml", "application/manifest+json")
_WORTH_COMPRESSING = 500
_BROTLI_QUALITY = 9  # the best one, 11, saves a tenth and takes seconds for the largest file


@dataclass(frozen=True)
class StaticFile:
    """One file's content as of when it was read."""

    content: bytes
    media_type: str

    @cached_property
    def version(self) -> str:
        """The same for the same content: what `?v=` carries."""
        return sha256(self.content).hexdigest()[:12]

    @property
    def encodings(self) -> tuple[str, ...]:
        """The content codings that it is offered in, best first."""
        compressible = self.media_type.startswith(_TEXT) and len(self.content) >= _WORTH_COMPRESSING
        return ("br", "gzip", "identity") if compressible else ("identity",)

    def encoded(self, encoding: str) -> bytes:
        """The content in one of `encodings`; the work is done once."""
        return {"br": lambda: self._brotli, "gzip": lambda: self._gzip, "identity": lambda: self.content}[encoding]()

    @cached_property
    def _brotli(self) -> bytes:
        compressed: bytes = brotli.compress(self.content, mode=brotli.MODE_TEXT, quality=_BROTLI_QUALITY)
        return compressed

    @cached_property
    def _gzip(self) -> bytes:
        return gzip.compress(self.content, compresslevel=9, mtime=0)


class StaticFiles:
    """The files of one folder; a file that changed on disk is read anew."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[str, tuple[tuple[int, int], StaticFile]] = {}

    def find(self, name: str) -> StaticFile | None:
        """The file with this path relative to the folder; None where there is none or the path leads outside."""
        path = safe_join(str(self._folder), name)
        if path is None or not Path(path).is_file():
            return None
        facts = Path(path).stat()
        state = (facts.st_mtime_ns, facts.st_size)
        known = self._read.get(name)
        if known is None or known[0] != state:
            media_type = _MEDIA_TYPES.get(Path(path).suffix, _ANY_MEDIA_TYPE)
            known = (state, StaticFile(Path(path).read_bytes(), media_type))
            self._read[name] = known
        return known[1]
