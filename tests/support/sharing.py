"""Folders that take long to make: made once in a run of the tests, whichever process needs them first."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import mkdtemp

import pytest
from filelock import FileLock


def copy_of_shared(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Return a copy, for this process, of the folder that `make` fills; `name` tells such folders apart."""
    copy = factory.mktemp(name) / "copy"
    shutil.copytree(shared_folder(factory, name, make), copy)
    return copy


def shared_folder(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Return the folder that `make` fills, once for all processes of this run; nobody may change it."""
    base = factory.getbasetemp()
    root = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = root / f"shared-{name}"
    with FileLock(f"{folder}.lock"):
        if not folder.exists():
            half = Path(mkdtemp(dir=root))  # a folder that was half made when something failed is never taken
            make(half)
            half.rename(folder)
    return folder
