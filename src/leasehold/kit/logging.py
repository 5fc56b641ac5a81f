"""Logs of the programs: one JSON object a line on stderr, in which no key and no token ever stands."""

import logging
import re
import sys
from types import TracebackType

import structlog
from structlog.typing import Processor

_SECRETS = (
    (re.compile(r"\bAF-\d{4}-[A-Za-z0-9]{8,}"), "[API key]"),
    (re.compile(r"\b[0-9A-Za-z]{5}(?:-[0-9A-Za-z]{5}){4}\b"), "[license key]"),
    (re.compile(r"\b(?=[0-9A-Z]*\d)[0-9A-Z]{25}\b"), "[license key]"),
    (re.compile(r"\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b"), "[session token]"),
    (re.compile(r"(/(?:setup|rescue)/)[^\s\"'?]+"), r"\1[token]"),
    (re.compile(r"(\w+://[^\s:/@\"]*:)[^\s@\"]+(@)"), r"\1[password]\2"),
    (re.compile(r"(password=)('[^']*'|[^\s\"]+)"), r"\1[password]"),
)
_SHARED: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
)


def mask_secrets(line: str) -> str:
    """`line` with every license key, session token, API key, token of a link and password replaced by its kind."""
    for pattern, replacement in _SECRETS:
        line = pattern.sub(replacement, line)
    return line


class _Masked(structlog.stdlib.ProcessorFormatter):
    def format(self, record: logging.LogRecord) -> str:
        return mask_secrets(super().format(record))


def configure_logging(program: str) -> None:
    """From now on everything logged by this process, libraries included, is such a line; `program` stands in each.

    The level is INFO; what is logged through `logging` and through structlog comes out alike, and so does an
    exception that ends the process.
    """

    def name_program(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        event.pop("color_message", None)  # uvicorn says everything twice
        return {"program": program, **event}

    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        _Masked(
            foreign_pre_chain=[*_SHARED, structlog.stdlib.ExtraAdder()],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                name_program,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    logging.captureWarnings(True)
    sys.excepthook = _log_before_the_end
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def _log_before_the_end(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    logging.getLogger(__name__).critical("ended by %s: %s", kind.__name__, error, exc_info=(kind, error, trace))
