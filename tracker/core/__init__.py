"""The words everything else is written in: models, series and sites, errors, messages, dates, files, safe text.

In and out: plain values. Nothing here imports other packages of the program, the database or the network. Open `models`
first, then `series`.
"""
