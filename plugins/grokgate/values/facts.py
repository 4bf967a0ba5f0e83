"""Parts of sentences about what the world says of a rollout's models: windows, parameters, thinking."""

from __future__ import annotations

from grokgate.values.phrases import each, listed
from grokgate.values.rollout import COMPLETION, TOTAL, ModelFacts, Rollout
from grokgate.values.world import EFFORT

WITH_ROWS = frozenset({"limit", "presence_penalty", "frequency_penalty", "stop", EFFORT})
"""Parameters that rows of their own speak of."""

# --- windows


def thousands(tokens: int) -> str:
    """A window as the plan writes it: ``256K``, ``1M``."""
    return f"{tokens // 10**6}M" if tokens % 10**6 == 0 else f"{tokens // 1000}K"


def other_reading(tokens: int) -> int:
    """What a window comes to for somebody who takes the one kind of K for the other: 262,144 of 256,000."""
    if tokens % 1000:
        return tokens // 1024 * 1000
    return tokens // 10**6 * 2**20 if tokens % 10**6 == 0 else tokens // 1000 * 1024


def not_binary(rollout: Rollout) -> str:
    """`` (not 262,144)``, where the window is a round number of thousands."""
    window = rollout.target.window
    return "" if window % 1000 else f" (not {other_reading(window):,})"


def not_product(rollout: Rollout) -> str:
    """``   # not 256 * 1024``: the same as a remark in code."""
    window = rollout.target.window
    if window % 1000:
        return ""
    return f"   # not {window // 10**6} * 1024**2" if window % 10**6 == 0 else f"   # not {window // 1000} * 1024"


def wider(rollout: Rollout) -> ModelFacts:
    """The one of target and old model with the larger window; the target where they are alike."""
    return rollout.wider or rollout.target


def most_of_window(rollout: Rollout) -> int:
    """A round number of tokens, about half of the target's window."""
    return -(-rollout.target.window // 20_000) * 10_000


def between(rollout: Rollout) -> str:
    """Tokens between the two windows, as a round number where one lies there."""
    size = 10 ** (len(str(rollout.between)) - 1)
    rounded = round(rollout.between / size) * size
    return f"{rounded if rollout.narrower.window < rounded < wider(rollout).window else rollout.between:,}"


def is_smaller(rollout: Rollout) -> bool:
    """Whether users lose window with the rollout."""
    return rollout.target.window < rollout.old.window


# --- parameters


def other_limit_field(rollout: Rollout) -> str:
    """The field that no limit of the target leaves in."""
    return TOTAL if rollout.target.limit_field == COMPLETION else COMPLETION


def taken(rollout: Rollout) -> list[str]:
    """What the target takes: its effort, and of the other parameters those that no row of their own speaks of."""
    effort = [EFFORT] if rollout.target.takes(EFFORT) else []
    return [*(name for name in rollout.parameters if name not in WITH_ROWS and rollout.target.takes(name)), *effort]


def taken_reach(rollout: Rollout) -> str:
    """That the same reaches the target as it is given, for users."""
    names, id = taken(rollout), rollout.target.id
    if not names:
        return f"What {id} takes reaches it as you give it"
    return f"{listed(names, '`')} {each(names, 'reaches', 'reach')} {id} as you give {each(names, 'it', 'them')}"


def efforts(rollout: Rollout) -> str:
    """Which models have the dial: ``grok-4, grok-3 and grok-3-fast: no; grok-3-mini: yes``."""
    no = [id for id, model in rollout.models.items() if not model.takes(EFFORT)]
    yes = [id for id in rollout.models if id not in no]
    return "; ".join(f"{listed(ids)}: {answer}" for ids, answer in ((no, "no"), (yes, "yes")) if ids)


# --- thinking


def declared_reasoning(rollout: Rollout) -> str:
    """``grok-4 is declared as a reasoning model, grok-3 is not``."""
    one = "{} is declared as a reasoning model, {} is not"
    return _of_both(rollout, one, "{} and {} are declared as reasoning models", "{} and {} are not declared as reasoning models")


def declared_to_reason(rollout: Rollout) -> str:
    """The same for users."""
    one = "`{}` is declared as a model that reasons, `{}` as one that does not"
    many = "`{}` and `{}` are declared as models that"
    return _of_both(rollout, one, f"{many} reason", f"{many} do not reason")


def _of_both(rollout: Rollout, one: str, both: str, none: str) -> str:
    new, old = rollout.target, rollout.old
    if new.reasoning == old.reasoning:
        return (both if new.reasoning else none).format(new.id, old.id)
    return one.format(*((new.id, old.id) if new.reasoning else (old.id, new.id)))


def thinking_listed(rollout: Rollout) -> str:
    """``grok-4 thinking yes, grok-3 thinking no``."""
    return ", ".join(f"{model.id} thinking {'yes' if model.reasoning else 'no'}" for model in (rollout.target, rollout.old))


def no_thoughts(rollout: Rollout, *, whole: bool) -> str:
    """Whether an answer without its thoughts is normal, as a title or as a whole promise."""
    id = rollout.target.id
    if rollout.target.thinking == "shown":
        beside = "an answer without it is taken, too" if whole else "none is no error"
        return f"the reasoning_content of {id} is surfaced; {beside}"
    if whole:
        return f"an answer without reasoning_content is normal for {id}; one with it is surfaced"
    return f"no reasoning_content is normal for {id}; where present it is shown"


def thoughts_billed(rollout: Rollout) -> str:
    """What is so of the thoughts, up to the subject of what xAI does beside."""
    target = rollout.target
    if not target.reasoning:
        return "xAI"
    hidden = " although they do not show" if target.thinking == "hidden" else ""
    return f"Before it answers, {target.id} thinks. Its thoughts are counted and billed as output{hidden}, and xAI"
