"""Settings: `tracker.toml` and TRACKER_* variables in, one frozen `Settings` out, or an error that names each fault.

An error gives file, line and key, and must never repeat a value, because it may be a secret. Begin with `model`, which
declares every setting; `load` reads them.
"""
