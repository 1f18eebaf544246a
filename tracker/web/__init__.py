"""The web site: pages and a JSON API over the history, on Datasette, which opens the file read-only.

In: settings and HTTP requests (GET and HEAD only). Out: HTML, JSON, feeds, files. It must never write to the history or
show the tables of alerts. Open `routes` first: it maps each address to its handler; `middleware` is what every request
passes, `site` the history that is served, `server` the socket.
"""
