"""The commands of `tracker`: parse the arguments, call one function, print the result as a table or as JSON.

In: the command line. Out: text on standard output, and an exit code. No rule of the tracker is decided here. Open
`main.py` first, which lists the commands and the module of each.
"""
