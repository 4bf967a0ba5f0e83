"""What a row costs in live traffic, in one sentence."""

from __future__ import annotations

from grokgate.formats.contract import rollout
from grokgate.upstream.estimate import asked, estimated
from grokgate.upstream.price import rounded
from grokgate.values.requirement import Traffic


def costs(traffic: Traffic) -> str:
    """What a row asks the real xAI for, and what that costs by the rollout's prices."""
    about = rollout()
    answering = {id: next(iter(model.served & about.prices.keys()), id) for id, model in about.models.items()}
    price = estimated(traffic, about.prices, about.models.values(), answering)
    if not price.most:
        return "it asks for no answer, and costs nothing"
    dear = ", and only with --long-prompts" if traffic.opt_in else ""
    fewest = "at least " if traffic.trials else ""
    return f"{fewest}{asked(traffic)}, about {rounded(price.about)}, at most {rounded(price.most)}{dear}"
