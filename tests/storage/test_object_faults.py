"""What a storage service's refusals mean: the library's texts, as it gives them, in words with what to do."""

from __future__ import annotations

import pytest

from storage.archive.s3_errors import lacks_object, service_fault

ADDRESS = "s3://bucket/prefix/journal"
SENT = "Generic S3 error: Error performing GET https://host/bucket/key in 2.1s, after 1 retries, max_retries: 1, "
DEBUG = "retry_timeout: 2s  - HTTP error: error sending request\n\nDebug source:\nGeneric { inner: Http({ kind: "


def answer(status: int, code: str = "", more: str = "") -> str:
    """The text of an answer of the service."""
    body = f'<?xml version="1.0"?>\n<Error><Code>{code}</Code><Message>no</Message>{more}</Error>' if code else ""
    return f"{SENT}retry_timeout: 2s - Server returned non-2xx status code: {status} Word: {body}"


@pytest.mark.parametrize(
    ("text", "what", "to_do"),
    [
        (answer(404, "NoSuchBucket"), "no such bucket (NoSuchBucket)", "archive.url"),
        (answer(403, "InvalidAccessKeyId"), "does not know the access key", "archive.access_key"),
        (answer(403, "SignatureDoesNotMatch"), "does not accept the secret key", "archive.secret_key"),
        (answer(403, "AccessDenied"), "does not allow it (AccessDenied)", "s3:PutObject"),
        (answer(403), "does not allow it (status 403)", "archive.access_key"),
        (answer(400, "AuthorizationHeaderMalformed"), "in another region", "archive.region"),
        (answer(301, "PermanentRedirect"), "in another region", "archive.endpoint"),
        (answer(403, "RequestTimeTooSkewed"), "the clock is wrong", "NTP"),
        (answer(501, "NotImplemented"), "does not support the request", "archive.conditional_writes = false"),
        (answer(501), "does not support the request", "archive.conditional_writes = false"),
        (answer(503, "SlowDown"), "overloaded", "next poll"),
        (answer(500, "InternalError"), "the service fails (InternalError)", "next poll"),
        (answer(418), "the service fails (status 418)", "next poll"),
        (SENT + DEBUG + "Timeout, source: reqwest::Error { source: TimedOut } }) }", "in time", "archive.timeout"),
        (SENT + DEBUG + 'Connect, "tcp connect error", Os { code: 111 } }) }', "cannot be reached", "archive.endpoint"),
        (SENT + DEBUG + "Connect, InvalidCertificate(UnknownIssuer) }) }", "certificate", "archive.ca_file"),
        (SENT + "HTTP error: builder error { source: URL scheme is not allowed }", "not an https", "allow_http"),
        (
            "Generic S3 error: Error performing PUT http://169.254.169.254/latest/api/token in 14ms - Server returned "
            "non-2xx status code: 403 Forbidden: denied", "no credentials", "AWS_ACCESS_KEY_ID",
        ),
    ],
)  # fmt: skip
def test_refusals(text: str, what: str, to_do: str) -> None:
    fault = service_fault(text, ADDRESS)
    assert what in fault.message
    assert to_do in fault.hint
    assert (fault.exit_code, fault.where) == (1, {"address": ADDRESS})


def test_what_was_signed_is_not_repeated() -> None:
    signed = "<AWSAccessKeyId>AKIAOURS</AWSAccessKeyId><StringToSign>AWS4-HMAC-SHA256 2026</StringToSign>"
    told = str(service_fault(answer(403, "SignatureDoesNotMatch", signed), ADDRESS))
    assert "AKIAOURS" not in told
    assert "2026" not in told


def test_a_bucket_that_is_gone_is_no_missing_object() -> None:
    assert lacks_object(FileNotFoundError(answer(404, "NoSuchKey")))
    assert lacks_object(FileNotFoundError(answer(404)))
    assert not lacks_object(FileNotFoundError(answer(404, "NoSuchBucket")))
    assert not lacks_object(ValueError(answer(404)))
