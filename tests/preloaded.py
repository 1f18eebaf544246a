# ruff: noqa: F401
"""What each process of the program is forked with, see `tests.program`: its imports, and its settings' rules.

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
import tests.program
import tests.spiders.run_crawl
import tracker.changes.entities
import tracker.changes.indexing
import tracker.changes.known_lists
import tracker.changes.reconcile
import tracker.changes.reconcile_gaps
import tracker.changes.reconcile_notices
import tracker.changes.reconcile_numbers
import tracker.changes.reconcile_rows
import tracker.changes.reconcile_sequences
import tracker.changes.reconcile_totals
import tracker.cli
import tracker.cli_care
import tracker.cli_history
import tracker.cli_poll
import tracker.cli_show
import tracker.compare
import tracker.finding
import tracker.logs
import tracker.poll
import tracker.reading.document
import tracker.reading.pdf
import tracker.reading.pdf_unruled
import tracker.reading.total_dates
import tracker.reading.total_patterns
import tracker.reading.totals
import tracker.rebuild
import tracker.renewal
import tracker.verify
from tracker.config import Settings

# Deepdiff would take it along, as it is installed for the tests: a program without it starts sooner. Deepdiff itself is
# not loaded here: it takes a gigabyte of address space, which counts against the limit of the processes that read.
sys.modules["polars"] = None  # type: ignore[assignment]
Settings.model_rebuild()  # they are made when they are first asked for, which takes a twentieth of a second
