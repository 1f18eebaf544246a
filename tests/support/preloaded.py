# ruff: noqa: F401
"""What each process of the program is forked with, see `tests.support.program`: its imports, and its settings' rules.

Nothing here may install Twisted's reactor, which each process needs for itself.
"""

from __future__ import annotations

import sys

import aiohttp
import docx
import pebble
import pypinyin
import pypinyin.contrib.mmseg
import python_calamine
import requests_file
import rich._emoji_codes
import rich.table
import scrapy.core.downloader.handlers.ftp
import scrapy.core.downloader.handlers.s3
import scrapy.downloadermiddlewares.cookies
import scrapy.downloadermiddlewares.defaultheaders
import scrapy.downloadermiddlewares.downloadtimeout
import scrapy.downloadermiddlewares.httpauth
import scrapy.downloadermiddlewares.httpcache
import scrapy.downloadermiddlewares.httpcompression
import scrapy.downloadermiddlewares.offsite
import scrapy.downloadermiddlewares.retry
import scrapy.downloadermiddlewares.stats
import scrapy.downloadermiddlewares.useragent
import scrapy.dupefilters
import scrapy.extensions.feedexport
import scrapy.extensions.throttle
import scrapy.logformatter
import scrapy.pqueues
import scrapy.spidermiddlewares.depth
import scrapy.spidermiddlewares.start
import scrapy.spidermiddlewares.urllength
import scrapy.squeues
import scrapy.statscollectors
import scrapy.utils.request
import time_machine
import tldextract

import spiders.pipelines
import tests.spiders.run_crawl
import tests.support.program
import tracker.changes.checks.lists
import tracker.changes.checks.notices
import tracker.changes.checks.numbers
import tracker.changes.checks.reconcile
import tracker.changes.checks.rows
import tracker.changes.checks.sequences
import tracker.changes.checks.totals
import tracker.changes.entities
import tracker.changes.indexing
import tracker.cli.history
import tracker.cli.main
import tracker.cli.maintenance
import tracker.cli.poll
import tracker.cli.show
import tracker.operations.logs
import tracker.operations.rebuild
import tracker.operations.replace_history
import tracker.operations.verify
import tracker.poll.run
import tracker.query.compare
import tracker.query.search
import tracker.reading.pdf.document
import tracker.reading.pdf.plumber
import tracker.reading.reader
import tracker.reading.total_phrases
import tracker.reading.totals
from tracker.settings.model import Settings

# Deepdiff would take it along, as it is installed for the tests: a program without it starts sooner. Deepdiff itself is
# not loaded here: it takes a gigabyte of address space, which counts against the limit of the processes that read.
sys.modules["polars"] = None  # type: ignore[assignment]
Settings.model_rebuild()  # they are made when they are first asked for, which takes a twentieth of a second
