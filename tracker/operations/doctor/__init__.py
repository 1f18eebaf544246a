"""`tracker doctor`: one look at everything that the program needs, each finding with what to do about it.

Each module looks at one part and hands on findings; nothing here changes anything, sends anything, or tells a secret.
"""
