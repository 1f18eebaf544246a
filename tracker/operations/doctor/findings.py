"""What is found: which group and name, how it stands, in words, with what to do. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tracker.core.messages import Lang
from tracker.operations.doctor.words import TEXTS


class State(StrEnum):
    """How something stands."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of `tracker doctor`; `group` and `name` are the same in every language."""

    group: str
    name: str
    state: State
    message: str
    to_do: str = ""


@dataclass(frozen=True, slots=True)
class Teller:
    """Makes the findings of one group in one language, from the texts of `tracker.doctor.words`."""

    lang: Lang
    group: str = ""

    def of(self, group: str) -> Teller:
        """The same for another group."""
        return Teller(self.lang, group)

    def ok(self, name: str, text: str, /, **values: object) -> Finding:
        """It is as it should be."""
        return self._finding(name, State.OK, text, values)

    def warn(self, name: str, text: str, /, **values: object) -> Finding:
        """A person should look at it when there is time."""
        return self._finding(name, State.WARNING, text, values)

    def fail(self, name: str, text: str, /, **values: object) -> Finding:
        """Something does not work."""
        return self._finding(name, State.FAILED, text, values)

    def _finding(self, name: str, state: State, text: str, values: dict[str, object]) -> Finding:
        message, to_do = TEXTS[text][self.lang]
        return Finding(self.group, name, state, message.format(**values), to_do.format(**values))
