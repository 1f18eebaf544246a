"""A stand-in for the sites on this machine, with files made from published facts, for `tracker demo` and the tests.

`site` is what the stand-in publishes, `server` serves it, `faults` makes it misbehave, `files` and `lists` make the
attachments. Nothing here sends a request.
"""
