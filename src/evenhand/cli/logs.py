"""Log lines go to standard error: for people at a terminal, one JSON object a line elsewhere."""

from __future__ import annotations

import logging
import sys

import structlog

_LEVELS = ("debug", "info", "warning", "error")


def configure(level: str) -> None:
    """Set logging up for a process that stays: serve and worker."""
    chosen = level.lower() if level.lower() in _LEVELS else "info"
    number = getattr(logging, chosen.upper())
    renderer: structlog.typing.Processor = structlog.processors.JSONRenderer()
    if sys.stderr.isatty():
        renderer = structlog.dev.ConsoleRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(stream=sys.stderr, level=max(number, logging.WARNING))


def keep_off_the_output() -> None:
    """Send log lines to standard error in a command whose output others read."""
    structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))
