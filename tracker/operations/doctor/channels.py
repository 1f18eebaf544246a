"""The channels: whether each could be used, without sending anything. All at once, each within its time."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator, Sequence

from tracker.core.errors import DeliveryError
from tracker.notify.channels.base import Probed
from tracker.notify.channels.registry import open_channel
from tracker.notify.dispatcher import fault
from tracker.operations.doctor.findings import Finding, Teller
from tracker.settings.subscriptions import AnySubscription, NotifySettings

_GRACE = 1.0  # seconds on top of notify.timeout, so that a channel's own word on what took too long comes first


def check_channels(
    subscriptions: Sequence[AnySubscription], notify: NotifySettings, tell: Teller
) -> Iterator[Finding]:  # fmt: skip
    """One finding for each subscription, in their order."""
    if not subscriptions:
        yield tell.ok("none", "no_channels")
    found: dict[str, Finding] = {}
    threads = [
        threading.Thread(target=_probe, args=(one, notify, tell, found), name=f"probe {one.name}", daemon=True)
        for one in subscriptions
    ]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + notify.timeout + _GRACE
    for one, thread in zip(subscriptions, threads, strict=True):
        thread.join(max(0.0, deadline - time.monotonic()))
        late = tell.fail(one.name, "no_answer", name=one.name, channel=one.channel, seconds=f"{notify.timeout:g}")
        yield found.get(one.name, late)


def _probe(one: AnySubscription, notify: NotifySettings, tell: Teller, found: dict[str, Finding]) -> None:
    """In a thread of its own: look at one channel; whatever it does, the others are looked at as well."""
    values = {"name": one.name, "channel": one.channel}
    try:
        channel = open_channel(one, notify, sys.stdout)
        what = channel.probe() if isinstance(channel, Probed) else one.channel
        found[one.name] = tell.ok(one.name, "reached", what=what, **values)
    except DeliveryError as error:
        found[one.name] = tell.fail(one.name, "not_reached", error=error, **values)
    except Exception as error:  # noqa: BLE001  told like any refusal, and without what it says: that may be a secret
        found[one.name] = tell.fail(one.name, "not_reached", error=fault(error), **values)
