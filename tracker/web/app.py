"""The application: a Datasette site over the history file, opened again when the file is replaced.

`tracker restore` and `tracker rebuild --replace` put another file in its place. The next request opens a new site; the
old one is closed when its last answer is finished.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

from datasette.plugins import DEFAULT_PLUGINS, pm

from storage.schema.migrations import connect_readonly
from tracker.core.errors import StorageError
from tracker.core.messages import Lang
from tracker.settings.model import Settings
from tracker.web import plugin
from tracker.web.middleware import Application, ErrorPage, Receive, Scope, Send, send_error_page
from tracker.web.request import REQUEST_DATES
from tracker.web.site import HistorySite, identity

_LOG = logging.getLogger("tracker.web")
_RETRY = ((b"retry-after", b"5"),)


@dataclass(slots=True)
class _Opened:
    site: HistorySite
    app: Application
    answering: int = 0



class ReloadingApp:
    """Hands each request to the site of the current history file."""

    def __init__(self, settings: Settings, *, sql: bool) -> None:
        """Open the history.

        Raises:
            StorageError: there is no history, or it cannot be read.
        """
        self.settings, self.sql = settings, sql
        self._first: HistorySite | None = open_site(settings, sql=sql)
        self._opened: _Opened | None = None
        self._lock = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; with 503 while no history can be read."""
        try:
            opened = await self._current()
        except StorageError as error:
            _LOG.warning("there is no history to show: %s", error)
            lang: Lang = scope[REQUEST_DATES].lang
            page = ErrorPage(503, "no_history", _RETRY, f"{error.message}. {error.hint}".strip(" ."))
            await send_error_page(page, lang, scope, send)
            return
        opened.answering += 1
        try:
            await opened.app(scope, receive, send)
        finally:
            opened.answering -= 1
            self._retire_if_unused(opened)

    async def _current(self) -> _Opened:
        """Return the site of the current file, opened if the file is new.

        Raises:
            StorageError: there is no history, or it cannot be read.
        """
        if self._opened and self._is_current(self._opened):
            return self._opened
        async with self._lock:
            if self._opened and self._is_current(self._opened):
                return self._opened
            new = self._first or open_site(self.settings, sql=self.sql)
            self._first = None
            await new.invoke_startup()
            old, self._opened = self._opened, _Opened(new, new.app())
            if old:
                _LOG.info("the history at %s was replaced: its pages are shown from now on", self.settings.database)
                self._retire_if_unused(old)
            return self._opened

    def _retire_if_unused(self, opened: _Opened) -> None:
        if opened is not self._opened and not opened.answering:
            opened.site.retire()

    def _is_current(self, opened: _Opened) -> bool:
        try:
            return identity(self.settings.database) == opened.site.identity
        except OSError:
            return False  # the file is missing: opening it reports that

    def close(self) -> None:
        """Close the history."""
        if self._opened:
            self._opened.site.retire()


def open_site(settings: Settings, *, sql: bool) -> HistorySite:
    """Open a site over the current history file: our plugin, and no other, in a Datasette of its own.

    Raises:
        StorageError: there is no history, or its schema is not this program's.
    """
    connect_readonly(settings.database).close()
    for other in pm.get_plugins():  # other plugins that happen to be installed must not run here
        if other is not plugin and pm.get_name(other) not in DEFAULT_PLUGINS:
            pm.unregister(other)
    if not pm.is_registered(plugin):
        pm.register(plugin, plugin.__name__)
    return HistorySite(settings, sql=sql)
