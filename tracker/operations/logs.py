"""The log: one line for each event on standard error, as text or as JSON, with the poll that it belongs to.

In: the settings `[log]`, and the secrets to leave out. Levels: `debug` each look-up, `info` what happened, `warning`
what a person may have to check, `error` what the program could not do. Results go to standard output, not to the log.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import structlog
from structlog.types import EventDict, Processor

from tracker.core.errors import TrackerError
from tracker.settings.model import Settings
from tracker.settings.secrets import HIDDEN
from tracker.settings.subscriptions import secrets_of

# Scrapy and Twisted log each step, APScheduler each job: only their errors are kept.
_FOREIGN = {
    "scrapy": "ERROR", "twisted": "ERROR", "apscheduler": "ERROR", "asyncio": "ERROR", "filelock": "ERROR",
    # An error in a callback ends the poll, which reports it. Without a robots.txt the pages do not come either: they
    # are incidents.
    "scrapy.core.scraper": "CRITICAL", "scrapy.downloadermiddlewares.robotstxt": "CRITICAL",
}  # fmt: skip
_FIRST = ("timestamp", "level", "event", "poll")
_SHORTEST_SECRET = 6  # a shorter value is no secret, and may be part of any word


def configure(settings: Settings, *, service: bool = False) -> None:
    """Send every log line of this process, from any library, to standard error in the configured form.

    A `service` logs what it does. A command called by a person reports at its end, and logs errors only.
    """
    log = settings.log
    _Form.is_log = service or log.format == "json"
    secrets = sorted(set(_secrets(settings)), key=len, reverse=True)
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        lambda _, __, event: _scrubbed(event, secrets),
    ]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _renderer(log.format)],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    logging.root.handlers = [handler]
    logging.root.setLevel((log.level or ("info" if service else "error")).upper())
    for name, level in _FOREIGN.items():
        logging.getLogger(name).setLevel(level)
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


class _Form:
    """How this process reports an error that ends it: as a log line, or to a person."""

    is_log = False


def tell_error(error: Exception, exit_code: int) -> bool:
    """Log an error that ends the process. Return False if it should be shown to a person instead."""
    if _Form.is_log:
        # for a fault of the program itself the traceback matters
        trace = None if isinstance(error, TrackerError) else error
        structlog.get_logger("tracker").error("failed", error=str(error), exit=exit_code, exc_info=trace)
    return _Form.is_log


def _renderer(form: str) -> Processor:
    if form == "json":
        return structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
    return structlog.processors.LogfmtRenderer(key_order=_FIRST, drop_missing=True, bool_as_flag=False)


def _secrets(settings: Settings) -> Iterator[str]:
    for table in (*settings.subscriptions, settings.notify.smtp):
        for _, secret, _ in secrets_of(table):
            try:
                value = secret.reveal()
            except ValueError:  # a secret that cannot be read cannot be logged either
                continue
            if len(value) >= _SHORTEST_SECRET:
                yield value


def _scrubbed(event: EventDict, secrets: Collection[str]) -> Mapping[str, Any]:
    """Return the event without secrets, wherever a library put one."""
    first = {key: event[key] for key in _FIRST if key in event}
    return {key: _hide(value, secrets) for key, value in {**first, **event}.items()}


def _hide(value: Any, secrets: Collection[str]) -> Any:
    if not isinstance(value, str):
        return value
    for secret in secrets:
        value = value.replace(secret, HIDDEN)
    return value
