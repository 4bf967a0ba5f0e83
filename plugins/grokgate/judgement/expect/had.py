"""Models that a provider had before the rollout."""

from __future__ import annotations

from grokgate.judgement.expect.unkept import NotApplicable
from grokgate.providers.subject import Subject
from grokgate.values.rollout import ModelFacts


def had(provider: Subject, id: str) -> ModelFacts:
    """A model of the rollout that this provider has, or had before. Raises ``NotApplicable`` for one that it never had."""
    rollout = provider.rollout
    if id in (rollout.target.id, rollout.old.id):
        return rollout.models[id]
    if (found := next((model for model in provider.others if model.id == id), None)) is None:
        raise NotApplicable(f"the provider never had {id}: neither its description nor its build before the rollout names it")
    return found


def unnamed(provider: Subject) -> tuple[ModelFacts, ...]:
    """The models that it had and the rollout does not name. Raises ``NotApplicable`` where there is none."""
    found = tuple(model for model in provider.others if model.id not in provider.rollout.models)
    if not found:
        raise NotApplicable("the provider had no model that the rollout does not name")
    return found


def short_names(provider: Subject) -> tuple[tuple[str, ModelFacts], ...]:
    """Short names that it had and the rollout does not name, each with its model. Raises ``NotApplicable`` without any."""
    known = {name for model in provider.rollout.models.values() for name in model.names}
    found = tuple((name, model) for model in provider.listed_before for name in model.aliases if name not in known)
    if not found:
        raise NotApplicable("the provider had no short name that the rollout does not name")
    return found
