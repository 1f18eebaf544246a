"""The pages: a module for each page, with a handler that asks the history once and renders one template.

In: a `View` (language, days, parameters). Out: a response. A page must ask everything in one `view.ask`, so that it
shows one moment of the history. Open `start` first for the shape of a page; `tracker.web.routes` lists them all.
"""
