"""Statements about the provider's own model listing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from grokgate.judgement.expect.difference import differences, told
from grokgate.judgement.expect.unkept import NOTHING, NotApplicable, NotRun, Unkept
from grokgate.providers.subject import NoListing, Subject
from grokgate.values.chat import ModelCard
from grokgate.values.evidence import Blame
from grokgate.values.rollout import ModelFacts


class Listing:
    """The models that a provider shows to its users."""

    def __init__(self, cards: Sequence[ModelCard]) -> None:
        self._cards = cards

    def card(self, name: str) -> ModelCard:
        """The entry with this name, whether as its id or as an alias."""
        found = next((card for card in self._cards if name in card.names), None)
        if found is None:
            raise Unkept(f"the listing does not show {name}", expected=name, saw=[card.id for card in self._cards], at="listing")
        return found

    def registers(self, id: str) -> None:
        """The model has an entry of its own, not only a name at another's."""
        if (saw := self.card(id).id) != id:
            raise Unkept(f"{id} is only an alias of {saw} in the listing", expected=id, saw=saw, at="listing")

    def offers(self, name: str) -> None:
        """The model is listed, and not marked as blocked."""
        if self.card(name).blocked:
            raise Unkept(
                f"{name} is allowed, but the listing marks it as blocked", expected="not blocked", saw=name, at="listing"
            )

    def has_name_once(self, name: str) -> None:
        """One entry alone shows the name."""
        shown = [card.id for card in self._cards if name in card.names]
        if len(shown) > 1:
            raise Unkept(f"the listing shows {name} at {' and at '.join(shown)}", expected="one entry", saw=shown, at="aliases")

    def declares(self, name: str, what: str, expected: Any, of: Callable[[ModelCard], Any]) -> None:
        """The entry of a model declares this."""
        if (saw := of(self.card(name))) != expected:
            raise Unkept(f"the listing declares {what} of {name} as {saw}, not {expected}", expected=expected, saw=saw, at=what)

    def leaves_room(self, name: str, window: int | None) -> None:
        """The declared output limit is below the window, so that a prompt has room beside the longest answer.

        ``window`` counts where the entry declares none.
        """
        card = self.card(name)
        output, window = card.max_output_tokens, card.context_window or window
        if output is not None and window is not None and output >= window:
            because = f"the listing declares an output of {output:,} tokens for {name}, all of its window of {window:,} or more"
            raise Unkept(because, expected=f"below {window:,}", saw=f"{output:,}", at="the output limit")

    def has_names(self, name: str, names: Sequence[str]) -> None:
        """The entry of a model shows all these names."""
        shown = self.card(name).names
        if missing := [wanted for wanted in names if wanted not in shown]:
            raise Unkept(
                f"the listing does not show {', '.join(missing)} at {name}", expected=list(names), saw=list(shown), at="aliases"
            )

    def has_capabilities(self, name: str, capabilities: Sequence[str]) -> None:
        """The entry of a model shows these capabilities; it may show more."""
        shown = self.card(name).capabilities or ()
        if missing := [wanted for wanted in capabilities if wanted not in shown]:
            because = f"the listing does not show {', '.join(missing)} for {name}"
            raise Unkept(because, expected=list(capabilities), saw=list(shown), at="capabilities")

    def offers_as_in(self, free: Sequence[ModelCard], id: str) -> None:
        """Each name of a model that an unrestricted listing shows is shown here too, and not marked as blocked."""
        self.offers(id)
        shown, names = self.card(id).names, Listing(free).card(id).names
        if missing := [name for name in names if name not in shown]:
            because = f"with the allow-list the listing no longer shows {', '.join(missing)} at {id}, which is allowed"
            raise Unkept(because, expected=list(names), saw=list(shown), at="aliases")

    def lacks(self, name: str) -> None:
        """No entry shows the name, not even as blocked."""
        if found := [card.id for card in self._cards if name in card.names]:
            raise Unkept(f"the listing still shows {name}, at {found[0]}", expected=NOTHING, saw=found, at="listing")

    def shows_the_same_as(self, others: Sequence[ModelCard], before: str) -> None:
        """The same entries as another listing, in whatever order."""
        mine, theirs = ({card.id: card.to_json() for card in cards} for cards in (self._cards, others))
        if found := list(differences(mine, theirs)):
            because = f"the listing shows something else than {before}: {told(found)}"
            raise Unkept(because, expected=theirs, saw=mine, at="listing")

    def hides_or_marks(self, name: str) -> None:
        """The model is not listed, or is marked as blocked."""
        if any(name in card.names and not card.blocked for card in self._cards):
            because = f"{name} is blocked, but the listing shows it as if it could be used"
            raise Unkept(because, expected="absent, or marked as blocked", saw=name, at="listing")


def declares(provider: Subject, capability: str, model: str) -> bool:
    """Whether description or listing claims a capability of a model; where the listing fails that cannot be told."""
    try:
        return provider.declares(capability, model)
    except NoListing as error:
        if "models" not in provider.claims:
            raise
        because = f"P1.1 fails: {error}, so whether it declares {capability} cannot be told"
        raise NotRun(because, blame=Blame.PROVIDER) from None


def undeclared(capability: str, model: ModelFacts) -> Exception:
    """What an undeclared capability amounts to: a broken promise where the rollout asks for it, else nothing."""
    if capability in model.capabilities:
        because = f"the rollout asks for {capability} of {model.id}, but neither listing nor description declares it"
        return Unkept(because, expected=capability, at="capabilities")
    return NotApplicable(f"{capability} is neither declared nor asked for")
