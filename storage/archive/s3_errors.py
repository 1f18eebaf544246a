"""Explain the errors of a storage service to the operator. Pure.

In: the text of an error of obstore, which contains the service's answer (XML with a code; none for HEAD). Out: an
`ArchiveUnreachable`. The answer itself is never repeated: it can contain the key id and the signed request.
"""

from __future__ import annotations

import re

from tracker.core.errors import ArchiveUnreachable

_CODE = re.compile(r"<Code>(\w{1,60})</Code>")
_STATUS = re.compile(r"status code: (\d{3})")
_KEYS = "Check archive.access_key and archive.secret_key, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
_RIGHTS = "The key needs s3:GetObject, s3:PutObject, s3:DeleteObject and s3:ListBucket there"
_BUCKET = ("there is no such bucket", "Create it, or correct archive.url")
_LATER = "Nothing is lost: the next poll downloads the files again"
# The service's code → what it means, what to do. https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
_CODES = {
    "NoSuchBucket": _BUCKET,
    "InvalidAccessKeyId": ("the service does not know the access key", _KEYS),
    "SignatureDoesNotMatch": ("the service does not accept the secret key", _KEYS),
    "ExpiredToken": ("the credentials have expired", "Renew them, or use a key that lasts"),
    "InvalidToken": ("the service does not accept the session token", "Check AWS_SESSION_TOKEN"),
    "AccessDenied": ("the service does not allow it", _RIGHTS),
    "AllAccessDisabled": ("the bucket is closed", "Ask whoever runs the service"),
    "RequestTimeTooSkewed": ("the service says that the clock is wrong", "Set the clock (NTP)"),
    "AuthorizationHeaderMalformed": ("the bucket is in another region", "Correct archive.region"),
    "PermanentRedirect": ("the bucket is in another region", "Correct archive.region, or archive.endpoint"),
    "NotImplemented": (
        "the service does not support the request",
        "If it lacks If-None-Match, set archive.conditional_writes = false",
    ),
    "QuotaExceeded": ("the quota is used up", "Free some space, then poll again: nothing recorded is lost"),
    "SlowDown": ("the service is overloaded", _LATER),
}  # fmt: skip
_STATUSES = {
    "301": _CODES["PermanentRedirect"],
    "307": _CODES["PermanentRedirect"],
    "400": ("the service does not understand the request", "Check archive.endpoint, archive.region and archive.url"),
    "401": ("the service does not accept the credentials", _KEYS),
    "403": ("the service does not allow it", f"{_KEYS}. {_RIGHTS}"),
    "404": ("the service does not know the bucket", "Check archive.endpoint and archive.url"),
    "501": _CODES["NotImplemented"],
}
# The library's own messages → the same. Without credentials it asks the machine's metadata service for them.
_SAYINGS = (
    (r"169\.254\.|/api/token|security-credentials|Missing \w*Key", "no credentials were found", _KEYS),
    (r"Missing region", "the region is not known", "Set archive.region"),
    (r"builder error|scheme is not allowed", "the endpoint is not an https address",
     "Correct archive.endpoint, or set archive.allow_http = true for one without encryption"),
    (r"certificate|UnknownIssuer", "the service's certificate cannot be trusted", "Set archive.ca_file"),
    (r"kind: Timeout|TimedOut|timed out", "the service did not answer in time",
     "Check the network; the limit is archive.timeout"),
    (r"error sending request|connect|dns", "the service cannot be reached",
     "Check archive.endpoint, the network and the name server"),
)  # fmt: skip


def lacks_object(error: Exception) -> bool:
    """Return True if the object does not exist and, as far as the service says, the bucket does."""
    found = _CODE.search(str(error))
    return isinstance(error, FileNotFoundError) and (found is None or found[1] != "NoSuchBucket")


def service_fault(text: str, address: str) -> ArchiveUnreachable:
    """Return the error for an error text of the library, with what to do."""
    code, status = _CODE.search(text), _STATUS.search(text)
    sayings = ((what, to_do) for sign, what, to_do in _SAYINGS if re.search(sign, text, re.I))
    found = (code and _CODES.get(code[1])) or (next(sayings, None) if not status or "169.254." in text else None)
    found = found or (status and _STATUSES.get(status[1]))
    what, to_do = found or ("the service fails", _LATER)
    told = code[1] if code else status and f"status {status[1]}"
    return ArchiveUnreachable(
        f"The archive cannot be used: {what}{f' ({told})' if told else ''}", address=address, hint=to_do
    )
