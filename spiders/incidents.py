"""Turn a failed request into one incident.

In: the failure that Scrapy hands to an errback, or an error of the parsers. Out: an `Incident` with source and address.
An unknown error is a fault of our own program: it is raised again and ends the crawl.
"""

from __future__ import annotations

from scrapy.core.downloader.handlers.http11 import TunnelError
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.internet.error import ConnectError, ConnectionClosed

from spiders.middlewares import Refusal
from tracker.core.errors import LayoutChanged, SiteError
from tracker.core.models import Incident, IncidentKind

_UNREACHABLE: dict[type[Exception], str] = {
    DownloadTimeoutError: "no answer within the time limit",
    DownloadConnectionRefusedError: "the connection was refused",
    CannotResolveHostError: "the host name is not known",
    DownloadFailedError: "the connection was closed without an answer",
    TunnelError: "the proxy opened no tunnel",
    ConnectError: "no connection could be made",
    ConnectionClosed: "the connection was closed",
}


def incident_of(error: BaseException, source: str, address: str) -> Incident:
    """Return the incident for the error that ended a request; raise an error that is not the site's fault."""
    kind, detail = _kind_and_detail(error)
    gone = isinstance(error, HttpError) and error.response.status in (404, 410)
    return Incident(kind, source, address, detail, gone)


def _kind_and_detail(error: BaseException) -> tuple[IncidentKind, str]:
    match error:
        case Refusal():
            return error.fault.kind, error.fault.detail
        case LayoutChanged():
            return IncidentKind.LAYOUT_CHANGED, error.message
        case SiteError():
            return IncidentKind.HTTP_ERROR, error.message
        case HttpError():
            return IncidentKind.HTTP_ERROR, f"the site answered with status {error.response.status}"
        case ResponseDataLossError():
            return IncidentKind.TRUNCATED, "the answer is shorter than it said"
        case DownloadCancelledError():
            return IncidentKind.TOO_LARGE, "the answer is larger than the limit"
        case IgnoreRequest() if "decompression" in str(error):
            return IncidentKind.TOO_LARGE, "the answer is larger than the limit once decompressed"
        case IgnoreRequest() if "redirections" in str(error):
            return IncidentKind.HTTP_ERROR, "the site redirects without end"
        case EOFError() | OSError() if not isinstance(error, tuple(_UNREACHABLE)):
            return IncidentKind.TRUNCATED, f"the answer could not be decompressed ({error})"
    for known, detail in _UNREACHABLE.items():
        if isinstance(error, known):
            return IncidentKind.UNREACHABLE, detail
    raise error
