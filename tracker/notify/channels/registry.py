"""Open the channel of a subscription: one line for each kind.

In: a subscription, the settings of alerts and standard output. Out: its channel. Secrets are looked up on sending, so a
missing one is a failed delivery of that channel alone.
"""

from __future__ import annotations

from typing import TextIO

from tracker.notify.channels.base import Channel
from tracker.notify.channels.chat_bots import ChatBot
from tracker.notify.channels.dingtalk import DINGTALK
from tracker.notify.channels.email import EmailChannel
from tracker.notify.channels.feed import FeedChannel
from tracker.notify.channels.feishu import FEISHU
from tracker.notify.channels.http import Route
from tracker.notify.channels.json_lines import FileChannel, StdoutChannel
from tracker.notify.channels.slack import SLACK
from tracker.notify.channels.telegram import TELEGRAM
from tracker.notify.channels.webhook import WebhookChannel
from tracker.notify.channels.wecom import WECOM
from tracker.settings.subscriptions import (
    AnySubscription,
    AppriseSubscription,
    DingTalkSubscription,
    EmailSubscription,
    FeedSubscription,
    FeishuSubscription,
    FileSubscription,
    NotifySettings,
    SlackSubscription,
    StdoutSubscription,
    TelegramSubscription,
    WebhookSubscription,
    WeComSubscription,
)


def open_channel(subscription: AnySubscription, notify: NotifySettings, stdout: TextIO) -> Channel:
    """Return the channel that sends messages to a subscription."""
    route = Route(notify.timeout, notify.allow_private)
    match subscription:
        case EmailSubscription():
            return EmailChannel(subscription, notify.smtp, notify.timeout)
        case WebhookSubscription():
            return WebhookChannel(subscription, route)
        case FeishuSubscription():
            return ChatBot(subscription, route, FEISHU)
        case DingTalkSubscription():
            return ChatBot(subscription, route, DINGTALK)
        case WeComSubscription():
            return ChatBot(subscription, route, WECOM)
        case SlackSubscription():
            return ChatBot(subscription, route, SLACK)
        case TelegramSubscription():
            return ChatBot(subscription, route, TELEGRAM)
        case AppriseSubscription():
            from tracker.notify.channels.apprise import AppriseChannel  # takes along a hundred modules of services

            return AppriseChannel(subscription)
        case FeedSubscription():
            return FeedChannel(subscription)
        case FileSubscription():
            return FileChannel(subscription)
        case StdoutSubscription():
            return StdoutChannel(subscription, stdout)
    raise TypeError(f"there is no channel for {type(subscription).__name__}")
