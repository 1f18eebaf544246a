"""The charts of the pages: counts from the history come in, `Chart` values go out; pure.

A chart is an HTML table that `static/charts.css` draws as bars or columns, so the browser lays it out, prints it, reads
it aloud and follows the reader's light or dark setting. A chart never asks the history and never holds HTML: the macro
in `templates/tracker/_chart.html` writes it. Open `charts.py` first; `model.py` has the parts of a chart, and
`words.py` its sentences in both languages.
"""
