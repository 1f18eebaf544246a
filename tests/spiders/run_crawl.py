"""One crawl in a process of its own: steps as JSON, items and traffic as JSON lines on the output.

Steps: {"bases": …, "settings": …, "steps": [{"spider": "announcements", "kwargs": {…}}, …]}.
"""

import base64
import dataclasses
import gc
import json
import traceback
import warnings

from spiders.announcements import AnnouncementSpider
from spiders.attachments import AttachmentSpider
from spiders.crawl import crawl
from spiders.discovery import DiscoverySpider, all_listings
from spiders.settings import crawl_settings
from tracker.core.models import Wanted

SPIDERS = {spider.name: spider for spider in (AnnouncementSpider, AttachmentSpider, DiscoverySpider)}


def plain(value):
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(repr(value))


def put(name, content):
    print(json.dumps([name, content], ensure_ascii=False, default=plain), flush=True)


def arguments(kwargs):
    if "wanted" in kwargs:
        kwargs["wanted"] = [Wanted(**want) for want in kwargs["wanted"]]
    if "channels" in kwargs:
        channels = kwargs.pop("channels")
        kwargs["listings"] = [pair for pair in all_listings(("cac", "beian")) if pair[1].channel in channels]
    return kwargs


class Told(dict):
    """When each host was asked last, as the crawl itself notes it; each time is put out as "Asked"."""

    def __setitem__(self, host, at):
        put("Asked", {"host": host, "at": at})
        super().__setitem__(host, at)


def main(text):
    warnings.simplefilter("error")
    job = json.loads(text)
    fail_on = job.get("sink_fails_on")

    def sink(item):
        if type(item).__name__ == fail_on:
            raise RuntimeError("the sink is broken")
        put(type(item).__name__, dataclasses.asdict(item))

    async def script(run):
        for step in job["steps"]:
            traffic = await run(SPIDERS[step["spider"]], bases=job["bases"], **arguments(step["kwargs"]))
            put("Traffic", dataclasses.asdict(traffic))

    settings = crawl_settings(sink=sink, **job["settings"])
    if job.get("tell_pace"):
        settings["TRACKER_PACE"].last = Told()
    try:
        crawl(script, settings)
    except KeyboardInterrupt as stop:
        put("Stopped", str(stop))
    except Exception as error:  # noqa: BLE001  whatever it is, the test wants to see it
        put("Raised", f"{type(error).__name__}: {error}")
        traceback.print_exc()
    gc.collect()  # what was left open is told on the error stream
