"""Opening a site: our plugin, and no other, in a Datasette of its own."""

from __future__ import annotations

from datasette.plugins import DEFAULT_PLUGINS, pm

from storage.schema.migrations import connect_readonly
from tracker.settings.model import Settings
from tracker.web import plugin
from tracker.web.site import Site


def open_site(settings: Settings, *, sql: bool) -> Site:
    """A site over the history as it lies there now.

    Raises:
        StorageError: there is none, or none of this program's schema.
    """
    connect_readonly(settings.database).close()
    for other in pm.get_plugins():  # whatever happens to be installed beside us has no business here
        if other is not plugin and pm.get_name(other) not in DEFAULT_PLUGINS:
            pm.unregister(other)
    if not pm.is_registered(plugin):
        pm.register(plugin, plugin.__name__)
    return Site(settings, sql=sql)
