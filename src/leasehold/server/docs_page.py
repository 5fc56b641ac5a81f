"""The documentation as one page of HTML, made of the OpenAPI document: no script, no other host, readable anywhere."""

import hashlib
from base64 import b64encode
from collections.abc import Sequence
from html import escape
from typing import Any

from leasehold.server.problems import PROBLEMS

_STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
code, pre { font: 0.9em ui-monospace, monospace; }
table { border-collapse: collapse; width: 100%; margin: 0.5rem 0 1.5rem; }
th, td { text-align: left; vertical-align: top; padding: 0.3rem 0.75rem 0.3rem 0; border-bottom: 1px solid #8886; }
section { margin-top: 3rem; }
td:first-child { white-space: nowrap; }
"""
CONTENT_SECURITY_POLICY = (
    f"default-src 'none'; style-src 'sha256-{b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()}'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def docs_page(document: dict[str, Any]) -> str:
    """The page for an OpenAPI document of ours."""
    info, schemas = document["info"], document["components"]["schemas"]
    operations = [
        (method.upper(), path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    contents = "".join(
        f'<li><a href="#{escape(operation["operationId"])}"><code>{method} {escape(path)}</code></a></li>'
        for method, path, operation in operations
    )
    sections = "".join(_operation(method, path, operation, schemas) for method, path, operation in operations)
    shapes = "".join(_shape(name, schema) for name, schema in schemas.items())
    title = escape(info["title"])
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head><body>'
        f"<main><h1>{title}</h1><p>Version {escape(info['version'])}. {escape(info['description'])}</p>"
        f'<p>For programs: <a href="/openapi.json">/openapi.json</a>.</p><ul>{contents}</ul>'
        f"{sections}<section><h2>Codes</h2>{_codes()}</section><section><h2>Shapes</h2>{shapes}</section>"
        "</main></body></html>"
    )


def _operation(method: str, path: str, operation: dict[str, Any], schemas: dict[str, Any]) -> str:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    request = _fields(schemas[_name(body)]) if body else ""
    answers = _table(
        ("Status", "Body", "Meaning"),
        [
            (f"<code>{status}</code>", _body_of(response), escape(response["description"]))
            for status, response in operation["responses"].items()
        ],
    )
    return (
        f'<section id="{escape(operation["operationId"])}"><h2><code>{method} {escape(path)}</code></h2>'
        f"<p>{escape(operation['summary'])}</p>{'<h3>Request</h3>' + request if request else ''}"
        f"<h3>Answers</h3>{answers}</section>"
    )


def _codes() -> str:
    rows = [
        (f'<code id="{code.value}">{code.value}</code>', f"<code>{kind.status}</code>", escape(kind.detail))
        for code, kind in sorted(PROBLEMS.items(), key=lambda entry: entry[0].value)
    ]
    return _table(("Code", "Status", "What happened, what to do"), rows)


def _shape(name: str, schema: dict[str, Any]) -> str:
    description = escape(schema.get("description", ""))
    shown = _fields(schema) if "properties" in schema else f"<p>{_kind(schema)}</p>"
    return f'<h3 id="{escape(name)}"><code>{escape(name)}</code></h3><p>{description}</p>{shown}'


def _fields(schema: dict[str, Any]) -> str:
    required = set(schema.get("required", ()))
    rows = [
        (
            f"<code>{escape(name)}</code>",
            _kind(field),
            escape(_description(field)) + ("" if name in required else " Optional."),
        )
        for name, field in schema["properties"].items()
    ]
    return _table(("Field", "Type", "Rule"), rows)


def _kind(field: dict[str, Any]) -> str:
    if "$ref" in field:
        name = escape(_name(field))
        return f'<a href="#{name}">{name}</a>'
    if "anyOf" in field:
        return " or ".join(_kind(choice) for choice in field["anyOf"])
    if "enum" in field:
        return " | ".join(f"<code>{escape(str(value))}</code>" for value in field["enum"])
    if field.get("type") == "array":
        return f"list of {_kind(field['items'])}"
    return escape(str(field.get("format") or field.get("type") or field.get("const", "value")))


def _description(field: dict[str, Any]) -> str:
    """The field's own, or that of its choices."""
    choices = field.get("anyOf", ())
    return str(field.get("description") or " ".join(_description(choice) for choice in choices)).strip()


def _body_of(response: dict[str, Any]) -> str:
    return ", ".join(_kind(content["schema"]) for content in response["content"].values())


def _table(headings: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    head = "".join(f'<th scope="col">{heading}</th>' for heading in headings)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _name(reference: dict[str, Any]) -> str:
    return str(reference["$ref"]).rpartition("/")[2]
