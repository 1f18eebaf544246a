"""How the sites are asked, and which answers are refused.

In: addresses and listings that a poll plans, and the configured base of each site. Out: items (`Listed`, `Page`,
`Held`, `Fetched`, `Incident`) for the sink of the crawl, each as soon as it is there. Nothing here knows the database,
and no request goes to a host that is not configured. Three spiders run one after the other: `discovery`,
`announcements`, `attachments`. Open `crawl` first, then `discovery`; `content_checks` says what is no content, `pages`
and `listings` parse.
"""
