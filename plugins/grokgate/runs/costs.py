"""What a row costs in live traffic, in one sentence."""

from __future__ import annotations

from grokgate.upstream.estimate import asked, estimated
from grokgate.upstream.price import rounded
from grokgate.values.requirement import Traffic
from grokgate.values.rollout import Rollout


def costs(traffic: Traffic, rollout: Rollout) -> str:
    """What a row of a rollout asks the real xAI for, and what that costs by the prices of its world."""
    answering = {id: next(iter(model.served & rollout.prices.keys()), id) for id, model in rollout.models.items()}
    price = estimated(traffic, rollout.prices, rollout.models.values(), answering)
    if not price.most:
        return "it asks for no answer, and costs nothing"
    dear = ", and only with --long-prompts" if traffic.opt_in else ""
    fewest = "at least " if traffic.trials else ""
    return f"{fewest}{asked(traffic)}, about {rounded(price.about)}, at most {rounded(price.most)}{dear}"
