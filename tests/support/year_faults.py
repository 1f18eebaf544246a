"""What goes wrong in the simulated year, for one poll or several, and then no more."""

from __future__ import annotations

import random
from dataclasses import dataclass

from tests.support.polling import GENAI_PAGE
from tests.support.year_lists import ListModel
from tracker.demo.site import StandIn

PAGE_FAULTS = (
    "challenge_200", "challenge_403", "challenge_503", "empty", "http_500", "http_404", "hang", "drop", "truncated",
    "no_title", "no_body", "fewer_links", "too_large", "offsite_redirect", "onsite_redirect", "gb18030",
    "wrong_charset",
)  # fmt: skip
FILE_FAULTS = (
    "challenge_200", "empty", "html_for_file", "bad_magic", "truncated", "cut_file", "http_500", "http_404", "hang",
    "drop", "too_large", "offsite_redirect", "onsite_redirect",
)  # fmt: skip
LISTING_FAULTS = ("challenge_200", "empty", "http_500", "hang", "drop", "truncated", "bad_magic")
# These cost a poll their time for each request: only so many requests meet them.
_COSTLY = {"hang": 1, "too_large": 1}


@dataclass
class Trouble:
    """A fault of the site: `name` at addresses that contain `match`; or a list that is offered `shrunken`."""

    name: str
    match: str = ""
    shrunken: ListModel | None = None
    polls: int = 1

    @property
    def kind(self) -> str:
        """The fault as it is counted."""
        return self.name

    def begin(self, site: StandIn) -> None:
        """Offer the shrunken list."""
        if self.shrunken:
            site.replace_attachment(self.shrunken.path, self.shrunken.label, self.shrunken.body(most=3))

    def renew(self, site: StandIn) -> None:
        """Set the fault for one more poll."""
        site.clear_faults()
        if not self.shrunken:
            site.set_fault(self.match, self.name, _COSTLY.get(self.name))

    def end(self, site: StandIn) -> None:
        """Take it away."""
        site.clear_faults()
        if self.shrunken:
            site.replace_attachment(self.shrunken.path, self.shrunken.label, self.shrunken.body())


def choose_trouble(chance: random.Random, lists: list[ListModel]) -> Trouble:
    """Some fault somewhere."""
    polls = chance.randint(1, 4)
    # A list that comes back is issued anew, and would have to mark what was cancelled meanwhile.
    settled = [one for one in lists if one.settled and not one.unmarked()]
    where = chance.choice(("page", "page", "file", "file", "listing", "whole site", "shrunken"))
    if where == "shrunken" and settled:
        return Trouble("shrunken", shrunken=chance.choice(settled), polls=polls)
    if where == "page":
        match = chance.choice((GENAI_PAGE, chance.choice(lists).path))
        return Trouble(chance.choice(PAGE_FAULTS), match, polls=polls)
    if where == "listing":
        return Trouble(chance.choice(LISTING_FAULTS), chance.choice(("JsonList", "/api/notice/list")), polls=polls)
    if where == "whole site":
        fault = chance.choice(("challenge_200", "http_500", "drop", "empty"))
        return Trouble(fault, chance.choice(("cac:", "beian:")), polls=polls)
    return Trouble(chance.choice(FILE_FAULTS), chance.choice(("downloadfile", "fileDownLoad")), polls=polls)
