"""How pages and files reach the browser: compressed, and files that cannot change are kept for good."""

from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, request
from flask_compress import Compress

from leasehold.panel.static_files import StaticFiles

_FOREVER = "public, max-age=31536000, immutable"
_SHORT = "public, max-age=60"

_COMPRESSION = {
    "COMPRESS_MIMETYPES": [
        "text/html",
        "text/css",
        "text/csv",
        "text/javascript",
        "text/plain",
        "text/vcard",
        "application/json",
        "application/problem+json",
        "image/svg+xml",
    ],
    "COMPRESS_ALGORITHM": ["zstd", "br", "gzip"],
    "COMPRESS_ALGORITHM_STREAMING": ["zstd", "br", "gzip"],
}


def init_delivery(app: Flask) -> None:
    """Every answer of `app` is compressed as the browser accepts; what streams goes on streaming.

    `url_for('static', …)` carries `?v=` and a hash of the file, and the answer to exactly that address may be kept for
    a year. Any other address of a file is kept for a minute: while a new release is being installed, a browser must
    not keep the new file under the old one's name.
    """
    app.config.from_mapping(_COMPRESSION)
    Compress(app)
    files = StaticFiles(Path(app.static_folder or app.root_path))

    def add_version(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and "v" not in values and (file := files.find(values.get("filename", ""))):
            values["v"] = file.version

    def serve(filename: str) -> Response:
        return _serve(files, filename)

    app.url_defaults(add_version)
    app.view_functions["static"] = serve


def _serve(files: StaticFiles, filename: str) -> Response:
    file = files.find(filename)
    if file is None:
        abort(404)
    encoding = request.accept_encodings.best_match(file.encodings, default="identity")
    response = Response(file.encoded(encoding), mimetype=file.media_type)
    response.headers["Cache-Control"] = _FOREVER if request.args.get("v") == file.version else _SHORT
    response.vary.add("Accept-Encoding")
    if encoding != "identity":
        response.headers["Content-Encoding"] = encoding
    response.set_etag(f"{file.version}-{encoding}")
    response.make_conditional(request)
    return response
