"""What nginx says by itself, where the program behind it is not asked or does not answer: to programs and to people."""

import json
from dataclasses import dataclass

REQUEST_ID = "$leasehold_request_id"


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer of nginx's own: `statuses` are what nginx knows it by, `status` is what the client gets."""

    statuses: tuple[int, ...]
    status: int
    code: str
    title: str
    detail: str
    headers: tuple[tuple[str, str], ...] = ()

    def document(self) -> str:
        """The problem of RFC 9457, with nginx's variable for the request's id in it."""
        members = {
            "type": f"/docs#{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            "request_id": REQUEST_ID,
        }
        return json.dumps(members, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Page:
    """The same for people before the panel: title and sentence, in German and English."""

    statuses: tuple[int, ...]
    status: int
    german: tuple[str, str]
    english: tuple[str, str]
    headers: tuple[tuple[str, str], ...] = ()


HOST_UNKNOWN = Refusal(
    (421,), 421, "host_unknown", "Host unknown",
    "This server does not serve the host name of the request: use the address that the operator gave you.",
)  # fmt: skip
TLS_REQUIRED = Refusal(
    (497,), 400, "tls_required", "TLS required",
    "The request came without TLS and could be read on the way: use https://, and replace a key that was sent.",
)  # fmt: skip
MALFORMED = Refusal(
    (400,), 400, "request_malformed", "Request malformed",
    "The request breaks the rules of HTTP: look at what your HTTP library or a proxy in between makes of it.",
)  # fmt: skip
ADDRESS_TOO_LONG = Refusal(
    (414,), 414, "address_too_long", "Address too long",
    "The address of the request is over 8 KiB: send the fields in the body.",
)  # fmt: skip
HEADERS_TOO_LARGE = Refusal(
    (494,), 431, "headers_too_large", "Headers too large",
    "The headers are over 32 KiB, or one of them over 8 KiB: send fewer or smaller ones.",
)  # fmt: skip

# Whoever asks for a name that nobody serves, or has not come so far as to name one.
REFUSALS_FOR_ALL = (MALFORMED, ADDRESS_TOO_LONG, HEADERS_TOO_LARGE, TLS_REQUIRED, HOST_UNKNOWN)

API_REFUSALS = (
    *REFUSALS_FOR_ALL,
    Refusal(
        (404,), 404, "path_not_found", "No such path",
        "There is nothing at this path: the endpoints are listed at /docs.",
    ),
    Refusal(
        (405,), 405, "method_not_allowed", "Method not allowed",
        "This path does not know the method: use one of those in the header Allow.",
        headers=(("Allow", "GET, POST, OPTIONS"),),
    ),
    Refusal(
        (413,), 413, "body_too_large", "Body too large",
        "The body is over 64 KiB: no request needs as much, send the documented fields only.",
    ),
    Refusal(
        (500, 502, 503, 504), 503, "unavailable", "Not available",
        "The server cannot decide now: send the same request again after Retry-After seconds.",
        headers=(("Retry-After", "2"),),
    ),
)  # fmt: skip

PANEL_PAGES = (
    Page(
        (400, 404, 405), 400,
        ("Anfrage nicht verstanden", "Die Anfrage ist so nicht möglich: gehen Sie zurück und laden Sie die Seite neu."),
        ("Request not understood", "The request is not possible like this: go back, and load the page again."),
    ),
    Page(
        (413,), 413,
        ("Zu groß", "Das Formular ist über 4 MB groß, gespeichert wurde nichts: senden Sie weniger auf einmal."),
        ("Too large", "The form is over 4 MB, nothing was saved: send less at once."),
    ),
    Page(
        (414, 494), 431,
        ("Zu lang", "Die Adresse oder die Cookies sind zu lang: wählen Sie weniger Filter, oder löschen Sie Cookies."),
        ("Too long", "The address or the cookies are too long: choose fewer filters, or delete cookies."),
    ),
    Page(
        (421, 497), 400,
        ("Nur verschlüsselt", "Die Anfrage kam unverschlüsselt: beginnen Sie die Adresse mit https://."),
        ("TLS required", "The request came without TLS: begin the address with https://."),
    ),
    Page(
        (429,), 429,
        ("Zu viele Versuche", "Von hier kamen zu viele Anmeldungen: warten Sie eine Minute."),
        ("Too many attempts", "Too many sign-ins came from here: wait a minute."),
        headers=(("Retry-After", "60"),),
    ),
    Page(
        (500, 502, 503, 504), 503,
        ("Gleich wieder da", "Leasehold wird gewartet oder startet gerade neu. Es ist nichts verloren gegangen."),
        ("Back in a moment", "Leasehold is being maintained or is just starting. Nothing is lost."),
        headers=(("Retry-After", "10"),),
    ),
)  # fmt: skip
