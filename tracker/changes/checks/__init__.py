"""The figures that the regulator states, against the history: known lists and facts in, checks out. Pure.

A check must never take what cannot be checked for right. Open `reconcile` first: it names every check in order.
"""
