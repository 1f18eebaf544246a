"""The vocabulary of the program: models, series and sites, labels, errors, texts in both languages, dates, files.

Every other package imports from here, and nothing here imports from another package. Only `files` writes, and only
`dates.read_clock` reads the clock. Begin with `models`, then `series`.
"""
