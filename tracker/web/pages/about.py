"""What this site is."""

from __future__ import annotations

from datasette import Response

from tracker.core.series import SERIES, polled_series
from tracker.web.view import View


async def page(view: View) -> Response:
    """About: the words, the two clocks, how to cite, whose data it is, where the data can be taken from."""
    names = [(one.id, one.zh, one.en) for one in SERIES if one.id in polled_series(view.site.own.poll.provinces)]
    return await view.render("tracker/about.html", title=view.say("nav_about"), series=names)
