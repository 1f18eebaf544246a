"""Runs of the program that are killed, by SIGKILL, before or after the n-th call of one of its functions."""

from __future__ import annotations

import importlib
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any


@dataclass(frozen=True)
class Kill:
    """Where a run ends: `point` is "module:Class.method" or "module:function"; called in the process that is to die."""

    point: str
    nth: int
    when: str  # "before" or "after"

    def __call__(self) -> None:
        """Arm the trap."""
        module, _, path = self.point.partition(":")
        owner: Any = importlib.import_module(module)
        *parents, name = path.split(".")
        for parent in parents:
            owner = getattr(owner, parent)
        setattr(owner, name, self._trap(getattr(owner, name)))

    def _trap(self, real: Callable[..., Any]) -> Callable[..., Any]:
        calls = 0

        @wraps(real)
        def trapped(*args: Any, **kwargs: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls == self.nth and self.when == "before":
                os.kill(os.getpid(), signal.SIGKILL)
            result = real(*args, **kwargs)
            if calls == self.nth:
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        return trapped

    def __str__(self) -> str:
        return f"{self.when} call {self.nth} of {self.point}"
