"""The vocabulary of requirement sentences: what they say of roles is filled in from a rollout and its world."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from grokgate.values import facts, phrases
from grokgate.values.facts import is_smaller, thousands, wider
from grokgate.values.phrases import listed, shortest
from grokgate.values.rollout import Rollout

Word = Callable[[Rollout], str]
_PLACE = re.compile(r"\{([^{}]*)\}")

_MODELS: Mapping[str, Word] = {
    "target": lambda rollout: rollout.target.id,
    "a_target": lambda rollout: f"{'an' if rollout.target.id[0] in 'aeiouAEIOU' else 'a'} {rollout.target.id}",
    "Target": lambda rollout: rollout.called[0],
    "old": lambda rollout: rollout.old.id,
    "Old": lambda rollout: rollout.called[1],
    "before": phrases.before,
    "incomplete": phrases.incomplete,
    "substitute": lambda rollout: rollout.facts.substitute or rollout.old.id,
}
"""The models and their world."""

_NAMES: Mapping[str, Word] = {
    "alias": lambda rollout: next(iter(rollout.target.aliases), rollout.flag.moves),
    "old_alias": lambda rollout: shortest(rollout.old),
    "other_alias": lambda rollout: shortest(next(iter(rollout.others), rollout.old)),
    "last_name": lambda rollout: rollout.target.names[-1],
    "capitals": phrases.capitals,
    "either_name": lambda rollout: listed(rollout.target.names[:2], word="or"),
    "names": lambda rollout: ", ".join(rollout.target.names),
    "names_when_on": lambda rollout: ", ".join(phrases.names_when_on(rollout)),
    "aliases_when_on": lambda rollout: ", ".join((rollout.flag.moves, *rollout.target.aliases)),
    "names_missed": phrases.names_missed,
    "spellings": phrases.spellings,
    "kinds_of_names": phrases.kinds_of_names,
    "its_aliases": lambda rollout: phrases.its(rollout, "alias", "aliases"),
    "its_short_names": lambda rollout: phrases.its(rollout, "short name", "short names"),
    "aliases_reach": phrases.aliases_reach,
    "aliases_reach_too": phrases.aliases_reach_too,
    "short_and_dated_reach": phrases.short_and_dated_reach,
    "dated_too": phrases.dated_too,
    "or_dated": phrases.or_dated,
    "or_dated_name": phrases.or_dated_name,
    "old_names": lambda rollout: listed(rollout.old.names),
    "old_names_when_off": lambda rollout: listed((rollout.flag.moves, *rollout.old.names)),
    "old_names_reach": phrases.old_names_reach,
    "and_old_aliases": phrases.and_old_aliases,
    "older_reach": phrases.older_reach,
    "older_keep": lambda rollout: phrases.older_names(rollout, "; ", "keeps its own", "keep theirs"),
    "older_mean": lambda rollout: phrases.older_names(rollout, ", and ", "means what it meant", "mean what they meant"),
    "slug": lambda rollout: re.sub(r"\W", "_", rollout.called[0].lower()),
    "unknown": lambda rollout: rollout.unknown,
}
"""Names of the models. What may be missing brings its comma or bracket along."""

_SWITCHES: Mapping[str, Word] = {
    "flag": lambda rollout: rollout.flag.variable,
    "on": lambda rollout: rollout.flag.on[0],
    "off": lambda rollout: rollout.flag.off[0],
    "moves": lambda rollout: rollout.flag.moves,
    "on_values": phrases.on_values,
    "on_values_mean": phrases.on_values_mean,
    "on_values_switch": phrases.on_values_switch,
    "another_on": lambda rollout: rollout.flag.on[min(1, len(rollout.flag.on) - 1)],
    "off_values": phrases.off_values,
    "allow_list": lambda rollout: rollout.allow_list.variable,
    "block": lambda rollout: rollout.allow_list.block,
    "kept": lambda rollout: ", ".join(rollout.allow_list.keeps),
    "error_grep": lambda rollout: " | ".join(f"grep {pattern}" for pattern in rollout.logs.errors),
    "removal": lambda rollout: rollout.logs.removed,
    "resolution": lambda rollout: rollout.logs.resolved,
}
"""Flag, allow-list, and what operators look for in the log."""

_FACTS: Mapping[str, Word] = {
    "window": lambda rollout: f"{rollout.target.window:,}",
    "window_digits": lambda rollout: str(rollout.target.window),
    "window_K": lambda rollout: thousands(rollout.target.window),
    "old_window": lambda rollout: f"{rollout.old.window:,}",
    "old_window_digits": lambda rollout: str(rollout.old.window),
    "old_window_K": lambda rollout: thousands(rollout.old.window),
    "not_binary": facts.not_binary,
    "wrong_window": lambda rollout: str(facts.other_reading(rollout.target.window)),
    "most_of_window": lambda rollout: f"{facts.most_of_window(rollout):,}",
    "rest_of_window": lambda rollout: str(rollout.target.window - facts.most_of_window(rollout)),
    "wider": lambda rollout: wider(rollout).id,
    "narrower": lambda rollout: rollout.narrower.id,
    "narrower_digits": lambda rollout: str(rollout.narrower.window),
    "between": facts.between,
    "when_less_fits": lambda rollout: "after the switch" if is_smaller(rollout) else "after the rollback",
    "loss_told": lambda rollout: (
        f"; that {rollout.target.id} takes less is told in listing or documentation" if is_smaller(rollout) else ""
    ),
    "limit_field": lambda rollout: rollout.target.limit_field,
    "other_limit_field": facts.other_limit_field,
    "taken": lambda rollout: ", ".join(facts.taken(rollout)) or "every parameter",
    "taken_reach": facts.taken_reach,
    "efforts": facts.efforts,
    "declared_reasoning": facts.declared_reasoning,
    "declared_to_reason": facts.declared_to_reason,
    "thinking_listed": facts.thinking_listed,
    "thoughts_in_short": lambda rollout: facts.no_thoughts(rollout, whole=False),
    "thoughts_handled": lambda rollout: facts.no_thoughts(rollout, whole=True),
    "thoughts_billed": facts.thoughts_billed,
    "slower": lambda rollout: f"{rollout.trials.slower:g}",
}
"""What the world says of the models, and what the rollout allows."""

_CODE: Mapping[str, Word] = {
    "constant": lambda rollout: re.sub(r"\W", "_", rollout.target.id.upper()),
    "on_set": lambda rollout: f"{{{_quoted(rollout.flag.on)}}}",
    "alias_table": lambda rollout: _table(_aliases(rollout)),
    "aliases_in_code": lambda rollout: _tuple((rollout.flag.moves, *rollout.target.aliases)),
    "window_in_code": lambda rollout: f"{rollout.target.window:_}",
    "old_window_in_code": lambda rollout: f"{rollout.old.window:_}",
    "windows_in_code": lambda rollout: _table({id: model.window for id, model in list(rollout.models.items())[:3]}),
    "not_product": facts.not_product,
    "effort_set": lambda rollout: (
        f"{{{_quoted([id for id, model in rollout.models.items() if model.takes('reasoning_effort')])}}}"
    ),
    "reasoning_set": lambda rollout: f"{{{_quoted([id for id, model in rollout.models.items() if model.reasoning])}}}",
}
"""Python of the snippets that mend."""

WORDS: Mapping[str, Word] = {**_MODELS, **_NAMES, **_SWITCHES, **_FACTS, **_CODE}
"""All of them. A sentence has a word in braces: ``an explicit {old} still reaches {old}``."""


def words(rollout: Rollout) -> Mapping[str, str]:
    """What each word means for a rollout in its world."""
    return {name: word(rollout) for name, word in WORDS.items()}


def told(text: str, words: Mapping[str, str]) -> str:
    """A text with its words filled in. What else stands in braces is left as it is: snippets of Python have them, too."""
    return _PLACE.sub(lambda found: words.get(found[1], found[0]), text)


def strays(text: str) -> list[str]:
    """What stands in braces and is no word of the vocabulary."""
    return [name for name in _PLACE.findall(text) if name not in WORDS]


# --- Python


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _tuple(names: Sequence[str]) -> str:
    return f"({_quoted(names)}{',' if len(names) == 1 else ''})"


def _table(entries: Mapping[str, str | int]) -> str:
    pairs = (f'"{name}": {f"{value:_}" if isinstance(value, int) else _quoted([value])}' for name, value in entries.items())
    return f"{{{', '.join(pairs)}}}"


def _aliases(rollout: Rollout) -> dict[str, str]:
    """The aliases of the target, and one each of the old model and the first of the others."""
    older = {shortest(model): model.id for model in rollout.before[:2] if model.aliases}
    return {**dict.fromkeys(rollout.target.aliases, rollout.target.id), **older}
