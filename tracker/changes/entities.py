"""Group filings by entity (主体), through all its names. Pure.

In: claims about each filing: the names that lists stated, its applicant's code, the renames that its remarks
state. Out: entities, each with its name today, every name that it ever had, and its filings. It must never depend on
the order of the claims, leave a filing out, or part filings that fewer claims had brought together.

Filings belong together if they share a name, the code of an applicant, or either side of a stated rename.

Known limit: a filing that one company hands over to another looks like a rename. Its number keeps the code of the first
holder, and lists state the new holder in its place, so both companies become one entity under the name of the new
holder, also if the old one files again. No list says which of the two it was.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from tracker.reading.normalise import comparable

# A list stated the name as that of a filing; or only a remark says that it is or was one.
Basis = Literal["listed", "stated"]


@dataclass(frozen=True, slots=True)
class EntityClaim:
    """What connects one filing to an entity.

    `filing` is its id in the history, `names` the entity names of its versions, oldest first. `applicant` has the 13
    digits of a well-formed number with a correct check digit. `renames` are (before, after) from its remarks, oldest
    first; a name that the remark omits is None.
    """

    filing: int
    names: tuple[str, ...]
    applicant: str | None = None
    renames: tuple[tuple[str | None, str | None], ...] = ()


@dataclass(frozen=True, slots=True)
class EntityName:
    """A name as printed, and the source that states it."""

    name: str
    basis: Basis


@dataclass(frozen=True, slots=True)
class Entity:
    """Who filed `filings` (ascending).

    `id` is the smallest filing, so it stays when filings are added; if two entities prove to be one, the older id
    stays. `name` is today's name, empty if unknown; `names` has it first, then the others, newest first.
    """

    id: int
    name: str
    names: tuple[EntityName, ...]
    filings: tuple[int, ...]


def group_entities(claims: Iterable[EntityClaim]) -> list[Entity]:
    """Return the entities of the claims, by id; one claim per filing.

    Raises:
        ValueError: two claims name the same filing.
    """
    keys = _Keys()
    ordered = sorted(claims, key=lambda claim: claim.filing)
    groups = _Groups()
    for claim in ordered:
        if claim.filing in groups.parents:
            raise ValueError(f"Two claims for filing {claim.filing}.")
        groups.add(claim.filing, _ties(claim, keys))
    members: defaultdict[int, list[EntityClaim]] = defaultdict(list)
    for claim in ordered:  # the smallest filing of each group comes first, so the groups are in order too
        members[groups.root(claim.filing)].append(claim)
    return [_entity(root, group, keys) for root, group in members.items()]


class _Keys(dict[str | None, str]):
    """Fold names for comparison, each once; "—" and "/" are no names and become empty."""

    def __missing__(self, name: str | None) -> str:
        key = comparable("entity", name)
        self[name] = key if any(map(str.isalnum, key)) else ""
        return self[name]


class _Groups:
    """Union-find: the smallest filing of a group is its root."""

    def __init__(self) -> None:
        self.parents: dict[int, int] = {}
        self._first: dict[tuple[str, str], int] = {}  # the first filing with each tie

    def add(self, filing: int, ties: Iterable[tuple[str, str]]) -> None:
        """Join a filing with all filings that share a key with it."""
        self.parents[filing] = root = filing
        for tie in ties:
            other = self.root(self._first.setdefault(tie, filing))
            root, younger = min(root, other), max(root, other)
            self.parents[younger] = root

    def root(self, filing: int) -> int:
        """Return the smallest filing of the group; the path is halved for the next call."""
        parents = self.parents
        while parents[filing] != filing:
            parents[filing] = filing = parents[parents[filing]]
        return filing


def _ties(claim: EntityClaim, keys: _Keys) -> Iterator[tuple[str, str]]:
    """Return the keys that a filing shares with others of its entity; a rename has both names."""
    for name in (*claim.names, *(side for rename in claim.renames for side in rename)):
        if key := keys[name]:
            yield "name", key
    if claim.applicant:
        yield "applicant", claim.applicant


def _entity(root: int, claims: list[EntityClaim], keys: _Keys) -> Entity:
    names = _names(claims, keys)
    today = _today(claims, names, keys)
    ordered = sorted(names, key=lambda key: key != today)  # today's first, the others in their order
    return Entity(
        id=root,
        name=names[today].name if names else "",
        names=tuple(names[key] for key in ordered),
        filings=tuple(claim.filing for claim in claims),
    )


def _names(claims: list[EntityClaim], keys: _Keys) -> dict[str, EntityName]:
    """Return every name of an entity by its folded form, newest first: names in lists, then names in remarks."""
    names: dict[str, EntityName] = {}
    for claim in reversed(claims):
        for name in reversed(claim.names):
            names.setdefault(keys[name], EntityName(name, "listed"))
    for rename in _newest_renames(claims):
        for name in filter(None, reversed(rename)):
            names.setdefault(keys[name], EntityName(name, "stated"))
    names.pop("", None)
    return names


def _today(claims: list[EntityClaim], names: Iterable[str], keys: _Keys) -> str:
    """Return the folded form of an entity's name today, or "".

    It is the name in the newest version of the newest filing, unless a rename says that it was replaced: an older list
    that was edited is more current than a newer one that was not. If no list has the new name yet, the remark's name
    counts. If every name was replaced (A by B, and B by A), the newest filing decides.
    """
    renames = [(keys[before], keys[after]) for before, after in _newest_renames(claims)]
    replaced = {before for before, after in renames if before != after}
    last = (keys[claim.names[-1]] for claim in reversed(claims) if claim.names)
    candidates = [key for key in (*last, *(after for _, after in renames), *names) if key]
    standing = (key for key in candidates if key not in replaced)
    return next(standing, candidates[0] if candidates else "")


def _newest_renames(claims: list[EntityClaim]) -> list[tuple[str | None, str | None]]:
    return [rename for claim in reversed(claims) for rename in reversed(claim.renames)]
