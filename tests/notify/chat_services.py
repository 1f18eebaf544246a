"""Stand-ins of the five chat services: real HTTP servers on 127.0.0.1 that check what they get and answer as those do.

Each keeps what it was sent in `requests`, and refuses what the service refuses: a wrong address or signature, a body
that is too large or has another shape. `answers` are given first, whatever comes. Signatures are worked out here anew.
"""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

HOUR = 3600


@dataclass(frozen=True)
class Request:
    """A request as it came off the wire."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Answer:
    """What a service says: an object goes out as JSON."""

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def data(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return self.body.encode() if isinstance(self.body, str) else json.dumps(self.body, ensure_ascii=False).encode()


class Service:
    """A service that listens while the `with` lasts."""

    path = "/"

    def __init__(self, secret: str = "") -> None:
        self.secret = secret
        self.requests: list[Request] = []
        self.answers: deque[Answer] = deque()

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.002,), daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def url(self) -> str:
        """The address that the service gives out."""
        return self.origin + self.path

    def take(self, request: Request) -> Answer:
        """Keep a request, and say what is thought of it."""
        self.requests.append(request)
        if self.answers:
            return self.answers.popleft()
        try:
            return self.judge(request)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            return self.malformed(repr(error))

    def judge(self, request: Request) -> Answer:
        raise NotImplementedError

    def malformed(self, what: str) -> Answer:
        raise NotImplementedError

    def text(self) -> str:
        """The marked-up text of the last message."""
        raise NotImplementedError


def _handler(service: Service) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            parts = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = service.take(Request(parts.path, dict(parse_qsl(parts.query)), headers, body))
            self.send_response(answer.status)
            for name, value in {"Content-Length": str(len(answer.data)), **answer.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.data)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing on standard error."""

    return Handler


def hmac_sha256(key: bytes, text: bytes) -> str:
    """HMAC-SHA256 (RFC 2104) in base64, written out."""
    block = (key if len(key) <= 64 else hashlib.sha256(key).digest()).ljust(64, b"\0")
    inner = hashlib.sha256(bytes(b ^ 0x36 for b in block) + text).digest()
    return base64.b64encode(hashlib.sha256(bytes(b ^ 0x5C for b in block) + inner).digest()).decode()


def _is_now(seconds: float) -> bool:
    return abs(time.time() - seconds) < HOUR


class Feishu(Service):
    """A custom bot of Feishu."""

    path = "/open-apis/bot/v2/hook/b43e7bea-88fd-436e-a001-token"
    limit = 20_000

    def judge(self, request: Request) -> Answer:
        if request.path != self.path:
            return self._no(19001, "param invalid: incoming webhook access token invalid")
        if len(request.body) > self.limit or "application/json" not in request.headers["content-type"]:
            return self.malformed("too large")
        told = request.json
        if self.secret:
            key = f"{told.get('timestamp')}\n{self.secret}".encode()
            fresh = isinstance(told.get("timestamp"), str) and _is_now(int(told["timestamp"]))
            if not fresh or told.get("sign") != hmac_sha256(key, b""):
                return self._no(19021, "sign match fail or timestamp is not within one hour from current time")
        card = told["card"]
        title, elements = card["header"]["title"], card["elements"]
        if told["msg_type"] != "interactive" or title["tag"] != "plain_text" or not title["content"]:
            return self.malformed("no card")
        if not elements or any(e["tag"] != "markdown" or not e["content"] for e in elements):
            return self.malformed("no elements")
        ok = {"StatusCode": 0, "StatusMessage": "success", "code": 0, "data": {}, "msg": "success"}
        return Answer(200, ok)

    def malformed(self, what: str) -> Answer:
        return Answer(400, {"code": 9499, "msg": f"Bad Request: {what}", "data": {}})

    def _no(self, code: int, text: str) -> Answer:
        return Answer(200, {"code": code, "msg": text, "data": {}})

    def text(self) -> str:
        return "\n".join(element["content"] for element in self.requests[-1].json["card"]["elements"])


class DingTalk(Service):
    """A custom robot of DingTalk."""

    path = "/robot/send"
    token = "566cc69da782ec-token"
    limit = 20_000

    @property
    def url(self) -> str:
        return f"{super().url}?access_token={self.token}"

    def judge(self, request: Request) -> Answer:
        if request.path != self.path or request.query.get("access_token") != self.token:
            return self._no(300005, "token is not exist")
        if self.secret:
            stamp = request.query.get("timestamp", "0")
            if not _is_now(int(stamp) / 1000):
                return self._no(310000, "invalid timestamp, more: [https://ding-doc.dingtalk.com/doc]")
            if request.query.get("sign") != hmac_sha256(self.secret.encode(), f"{stamp}\n{self.secret}".encode()):
                return self._no(310000, "sign not match, more: [https://ding-doc.dingtalk.com/doc]")
        if len(request.body) > self.limit:
            return self._no(460101, "description: body 大小不合法;solution:请保持大小在 20000bytes 以内;")
        told = request.json
        if "application/json" not in request.headers["content-type"]:
            return self._no(43004, "无效的HTTP HEADER Content-Type")
        if told["msgtype"] != "markdown" or not told["markdown"]["title"] or not told["markdown"]["text"]:
            return self._no(400105, "unsupported msgtype")
        return Answer(200, {"errcode": 0, "errmsg": "ok"})

    def malformed(self, what: str) -> Answer:
        return self._no(40035, f"缺少参数 json {what}")

    def _no(self, code: int, text: str) -> Answer:
        return Answer(200, {"errcode": code, "errmsg": text})

    def text(self) -> str:
        return str(self.requests[-1].json["markdown"]["text"])


class WeCom(Service):
    """A group robot of WeCom."""

    path = "/cgi-bin/webhook/send"
    key = "693a91f6-7abc-4bc4-97a0-0ec2key"
    hint = "hint: [1704540159128593240839785], from ip: 127.0.0.1, more info at https://open.work.weixin.qq.com/devtool"

    @property
    def url(self) -> str:
        return f"{super().url}?key={self.key}"

    def judge(self, request: Request) -> Answer:
        if request.path != self.path or request.query.get("key") != self.key:
            return self._no(93000, f"invalid webhook url, {self.hint}/query?e=93000")
        told = request.json
        if told["msgtype"] != "markdown" or not told["markdown"]["content"]:
            return self._no(40008, f"invalid message type, {self.hint}")
        if len(told["markdown"]["content"].encode()) > 4096:
            return self._no(40058, f"markdown.content exceed max length 4096. {self.hint}/query?e=40058")
        return Answer(200, {"errcode": 0, "errmsg": "ok"})

    def malformed(self, what: str) -> Answer:
        return self._no(40058, f"invalid Request Parameter {what}, {self.hint}")

    def _no(self, code: int, text: str) -> Answer:
        return Answer(200, {"errcode": code, "errmsg": text})

    def text(self) -> str:
        return str(self.requests[-1].json["markdown"]["content"])


class Slack(Service):
    """An incoming webhook of Slack."""

    path = "/services/T00000000/B00000000/XXXXXXXXXXXXXXXXtoken"

    def judge(self, request: Request) -> Answer:
        if request.path != self.path:
            return Answer(404, "no_service")
        if "application/json" not in request.headers["content-type"]:
            return self.malformed("")
        told = request.json
        if not told["text"]:
            return Answer(400, "no_text")
        blocks = told["blocks"]
        fine = 1 <= len(blocks) <= 50 and all(self._is_fine(block) for block in blocks)
        return Answer(200, "ok") if fine else Answer(400, "invalid_blocks")

    @staticmethod
    def _is_fine(block: dict[str, Any]) -> bool:
        kind, text = block["text"]["type"], block["text"]["text"]
        length = len(text.encode("utf-16-le")) // 2
        if block["type"] == "header":
            return bool(kind == "plain_text" and 1 <= length <= 150)
        return bool(block["type"] == "section" and kind == "mrkdwn" and 1 <= length <= 3000)

    def malformed(self, what: str) -> Answer:
        return Answer(400, "invalid_payload")

    def text(self) -> str:
        blocks = self.requests[-1].json["blocks"]
        return "\n".join(block["text"]["text"] for block in blocks if block["type"] == "section")


class Telegram(Service):
    """The Bot API of Telegram."""

    path = "/bot110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw/sendMessage"
    token = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
    chat = "-1001234567890"

    def judge(self, request: Request) -> Answer:
        if request.path != self.path:
            return self._no(401, "Unauthorized")
        told = request.json
        if str(told["chat_id"]) != self.chat:
            return self._no(400, "Bad Request: chat not found")
        if told["parse_mode"] != "HTML" or told["link_preview_options"] != {"is_disabled": True}:
            return self._no(400, "Bad Request: unsupported parse_mode")
        page = TelegramHtml(told["text"])
        if page.error:
            return self._no(400, f"Bad Request: can't parse entities: {page.error}")
        if not 1 <= len(page.text.encode("utf-16-le")) // 2 <= 4096:
            return self._no(400, "Bad Request: message is too long")
        return Answer(200, {"ok": True, "result": {"message_id": len(self.requests)}})

    def malformed(self, what: str) -> Answer:
        return self._no(400, "Bad Request: message text is empty")

    def _no(self, code: int, text: str) -> Answer:
        return Answer(code, {"ok": False, "error_code": code, "description": text})

    def text(self) -> str:
        return str(self.requests[-1].json["text"])


class TelegramHtml(HTMLParser):
    """What Telegram makes of a text in HTML: the text, its links and bold parts; `error` where it would refuse it."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text, self.error = "", ""
        self.links: list[tuple[str, str]] = []
        self.bold: list[str] = []
        self._open: list[tuple[str, str, int]] = []
        self.feed(html)
        self.close()
        if self._open:
            self.error = f"can't find end tag corresponding to start tag {self._open[-1][0]}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("b", "a", "code") or (attrs and tag != "a"):
            self.error = f'unsupported start tag "{tag}"'
        self._open.append((tag, dict(attrs).get("href") or "", len(self.text)))

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1][0] != tag:
            self.error = f'unmatched end tag, expected "</{tag}>"'
            return
        _, address, start = self._open.pop()
        if tag == "a":
            self.links.append((self.text[start:], address))
        elif tag == "b":
            self.bold.append(self.text[start:])

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_decl(self, decl: str) -> None:
        self.error = "a declaration"

    def handle_comment(self, data: str) -> None:
        self.error = "a comment"
