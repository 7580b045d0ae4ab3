"""A question → its candidates, best first: how alike the names are, and what the properties say for or against each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from converter.values.lookup import normal_forms
from server.reconciliation.match_requests import Constraint, Given, Question
from server.reconciliation.model import KINDS, Kind, Property
from server.reconciliation.name_index import Index, Name
from server.reconciliation.property_values import Graph, Value

WORTH = 50.0
"""The likeness of names below which nothing is proposed."""
SURE = 90.0
"""The score from which a candidate may be the one that is meant."""
_AHEAD = 8.0
"""How far a match is ahead of every other candidate."""
_CHECKED = 50
"""Candidates whose properties are looked at."""
_UNKNOWN = 50.0
"""How far a property speaks for a candidate of which its values are not known."""
_AGAINST = 0.5
"""What another identifier leaves of a score."""


class Candidate(NamedTuple):
    """A thing that may be meant: its score from 0 to 100, whether it is the one, and what the score is made of."""

    name: Name
    score: float
    match: bool
    features: dict[str, float]


def matched(index: Index, graph: Graph, question: Question) -> list[Candidate]:
    """The candidates of a question, best first.

    Raises what the endpoint raises.
    """
    certain, valued = _by_identifier(index, question), _by_values(index, graph, question)
    scores = _by_name(index, question) | valued
    first = certain | valued.keys()
    names = sorted(
        {*scores, *certain}, key=lambda name: (name not in first, -scores.get(name, 0.0), name.kind, name.address)
    )[:_CHECKED]
    said = _by_properties(graph, question, names)
    found = []
    for name in names:
        features = {"name": round(scores[name], 1)} if scores.get(name) else {}
        features |= {property_.id: round(fit, 1) for property_, fit in said.get(name, ())}
        score = 100.0 if name in certain else _weighed(scores.get(name, 0.0), said.get(name, ()))
        found.append((name, round(score, 1), features))
    found = sorted((one for one in found if one[1] >= WORTH * _AGAINST), key=lambda one: (-one[1], one[0].address))
    sure = _is_sure([score for _, score, _ in found], certain)
    return [
        Candidate(name, score, sure and place == 0, features)
        for place, (name, score, features) in enumerate(found[: question.limit])
    ]


def _is_sure(scores: list[float], certain: set[Name]) -> bool:
    """Whether the first of these candidates is the one that is meant: its score is high, and far above the next."""
    if not scores or scores[0] < SURE:
        return False
    return len(scores) == 1 or scores[0] >= scores[1] + _AHEAD or len({name.address for name in certain}) == 1


def _by_name(index: Index, question: Question) -> dict[Name, float]:
    """The things whose names are like the text, each under the name that is most like it."""
    best: dict[tuple[str, str], tuple[float, Name]] = {}
    for kind in question.kinds if question.text.strip() else ():
        for name in index.candidates(kind, question.text):
            likeness = kind.likeness(question.text, name.name)
            if likeness >= WORTH and likeness > best.get((name.kind, name.address), (0.0, name))[0]:
                best[name.kind, name.address] = likeness, name
    return {name: likeness for likeness, name in best.values()}


def _by_values(index: Index, graph: Graph, question: Question) -> dict[Name, float]:
    """The things that have a thing as a value that is given: of a name that hundreds bear, the one of this work.

    Where a name is given too, theirs must be like it.
    """
    found: dict[Name, float] = {}
    kinds = {kind.id: kind for kind in question.kinds}
    for property_, values in question.constraints:
        if property_.of and not kinds.keys().isdisjoint(property_.kinds):
            things = [thing for given in values for thing in _things(index, property_, given)]
            for address in graph.having(property_, things[:_CHECKED]):
                for name in index.at(address):
                    if name.kind in kinds:
                        found[name] = kinds[name.kind].likeness(question.text, name.name) if question.text else 0.0
    return {name: likeness for name, likeness in found.items() if likeness >= WORTH or not question.text.strip()}


def _things(index: Index, property_: Property, given: Given) -> list[str]:
    """The things that a value is: by its id, else by its name."""
    if given.id:
        return [given.id]
    names = index.candidates(KINDS[property_.of], given.text)
    alike = [(property_.likeness(given.text, name.name), name.address) for name in names]
    best = max((likeness for likeness, _ in alike), default=0.0)
    return [address for likeness, address in alike if likeness == best >= SURE]


def _by_identifier(index: Index, question: Question) -> set[Name]:
    """The things that the text or a property names by an identifier, or by their own address."""
    values = normal_forms(question.text)
    for constraint in question.constraints:
        if constraint.property.normal:
            values += [form for given in constraint.values if (form := _normal(constraint.property, given))]
    named = [*index.at(question.text.strip()), *index.identified(values)] if values or question.text.strip() else []
    kinds = {kind.id for kind in question.kinds}
    return {name for name in named if name.kind in kinds}


def _by_properties(graph: Graph, question: Question, names: list[Name]) -> dict[Name, list[tuple[Property, float]]]:
    """What each property says of the candidates of its types."""
    said: dict[Name, list[tuple[Property, float]]] = {}
    for constraint in question.constraints:
        concerned = [name for name in names if name.kind in constraint.property.kinds]
        values = graph.values(constraint.property, (name.address for name in concerned)) if concerned else {}
        for name in concerned:
            said.setdefault(name, []).append((constraint.property, _fits(constraint, values.get(name.address, []))))
    return said


def _fits(constraint: Constraint, known: list[Value]) -> float:
    """How well the values that are known fit those that are given."""
    if not known:
        return _UNKNOWN
    best = (max(_alike(constraint.property, given, value) for value in known) for given in constraint.values)
    return sum(best) / len(constraint.values)


def _alike(property_: Property, given: Given, value: Value) -> float:
    if given.id and given.id == value.id:
        return 100.0
    if property_.normal:
        form = _normal(property_, given)
        return 100.0 if form and form == _normal(property_, Given(value.text)) else 0.0
    return property_.likeness(given.text, value.text)


def _weighed(likeness: float, said: Iterable[tuple[Property, float]]) -> float:
    """The score: the name, where one is given, counts as much as the rest together; another identifier halves it."""
    score, others = likeness, []
    for property_, fit in said:
        if property_.normal is None:
            others.append(fit)
        elif fit == 0:
            score *= _AGAINST
    if not others:
        return score
    stated = sum(others) / len(others)
    return (score + stated) / 2 if likeness else stated


def _normal(property_: Property, given: Given) -> str | None:
    found = property_.normal(given.text) if property_.normal else None
    return found.value.lower() if found else None


def suggested(index: Index, kinds: Iterable[Kind], text: str, most: int) -> list[Name]:
    """The names that begin as the text does, then those in which a word begins so; what it identifies comes first."""
    wanted = tuple(kinds)
    allowed = {kind.id for kind in wanted}
    exact = [*index.at(text.strip()), *index.identified(normal_forms(text))]
    found = [name for kind in wanted for name in index.beginning(kind, text, most)]
    low = text.casefold().strip()
    found.sort(key=lambda name: (not name.name.casefold().startswith(low), name.name.casefold(), name.address))
    seen: dict[tuple[str, str], Name] = {}
    for name in [*exact, *found]:
        if name.kind in allowed:
            seen.setdefault((name.kind, name.address), name)
    return list(seen.values())[:most]
