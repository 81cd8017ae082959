"""Weighted turns: whose turn it is in a pool, so that everybody's share is theirs after every lead.

The quota method (Balinski & Young 1975, The quota method of apportionment): of those who have not had the
share that is theirs by now, rounded up, the one whose next lead makes the smallest number for their weight.
While the same people take part nobody is ever a whole lead away from their share.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping


class Turns:
    """The turns of one pool. `dealt`: how many leads of the round that is under way each person has had, by
    id; whoever is not in it joins at the level of the others. `weights`: of all members, 1 or more.

    Whoever sits out goes on from the level of the others when they are back, and is owed nothing."""

    def __init__(self, dealt: Mapping[str, int], weights: Mapping[str, int]) -> None:
        self.dealt = {one: dealt[one] for one in weights if one in dealt}
        self._weights = weights

    def next(self, taking: Collection[str]) -> str:
        """Who of those that can take a lead now gets it; of equals the first by id."""
        weights = {one: self._weights[one] for one in sorted(taking)}
        known = [one for one in weights if one in self.dealt]
        self._lift([one for one in weights if one not in self.dealt],
                   sum(self.dealt[one] for one in known), sum(weights[one] for one in known))
        all_weight, number = sum(weights.values()), sum(self.dealt[one] for one in weights) + 1
        chosen = min(
            (one for one, weight in weights.items() if self.dealt[one] * all_weight < weight * number),
            key=lambda one: ((self.dealt[one] + 1) / weights[one], one))
        self.dealt[chosen] += 1
        self._lift([one for one in self._weights if one not in weights], number, all_weight)
        if all(self.dealt[one] >= weight for one, weight in weights.items()):  # a whole round
            self.dealt = {one: max(dealt - self._weights[one], 0) for one, dealt in self.dealt.items()}
        return chosen

    def _lift(self, people: Collection[str], dealt: int, weight: int) -> None:
        """Nobody of these is behind others who had so many leads for so much weight."""
        for one in people:
            level = (2 * dealt * self._weights[one] + weight) // (2 * weight) if weight else 0
            self.dealt[one] = max(self.dealt.get(one, 0), level)
