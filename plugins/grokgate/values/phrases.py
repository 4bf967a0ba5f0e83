"""Parts of sentences about the names and the flag of a rollout, right for one, for several and for none."""

from __future__ import annotations

import re
from collections.abc import Sequence

from grokgate.values.rollout import ModelFacts, Rollout

_DATED = re.compile(r"-(\d{4}|\d{4}-?\d\d-?\d\d)$")


def listed(names: Sequence[str], mark: str = "", word: str = "and") -> str:
    """Names in a sentence: ``a, b and c``; ``mark`` stands on either side of each."""
    marked = [f"{mark}{name}{mark}" for name in names]
    return f" {word} ".join(filter(None, [", ".join(marked[:-1]), *marked[-1:]]))


def each(names: Sequence[str], one: str, many: str) -> str:
    return one if len(names) == 1 else many


def shortest(model: ModelFacts) -> str:
    """The shortest alias of a model; its id where it has none."""
    return min(model.aliases, key=len, default=model.id)


def _older(rollout: Rollout) -> list[str]:
    """A short name of each model that was there before and has one."""
    return [shortest(model) for model in rollout.before if model.aliases]


# --- what was there before


def before(rollout: Rollout) -> str:
    """``grok-3, grok-3-fast, ...``."""
    ids = [model.id for model in rollout.before]
    return ", ".join([*ids[:2], "..."] if len(ids) > 2 else ids)


def incomplete(rollout: Rollout) -> str:
    """A listing from which a model was lost: ``grok-4, grok-3; grok-3-fast went out``."""
    ids = [rollout.target.id, *(model.id for model in rollout.before)][:3]
    return f"{', '.join(ids[:-1])}; {ids[-1]} went out"


# --- names of the target


def aliases_reach(rollout: Rollout) -> str:
    """``grok4 and grok-4-0709 reach grok-4``."""
    target = rollout.target
    if not target.aliases:
        return f"{target.id} has no name but its id"
    return f"{listed(target.aliases)} {each(target.aliases, 'reaches', 'reach')} {target.id}"


def aliases_reach_too(rollout: Rollout) -> str:
    """The same for users, with the names as code, and that they do so as well."""
    target = rollout.target
    if not target.aliases:
        return f"`{target.id}` is asked for by its id alone"
    return f"{listed(target.aliases, '`')} {each(target.aliases, 'reaches', 'reach')} {target.id} as well"


def short_and_dated_reach(rollout: Rollout) -> str:
    """``the short name grok4 and the dated grok-4-0709 reach the same model``."""
    target = rollout.target
    dated = [name for name in target.aliases if _DATED.search(name)]
    short = [name for name in target.aliases if name not in dated]
    if not target.aliases:
        return f"{target.id} has no name beside its id"
    parts = [f"the short {each(short, 'name', 'names')} {listed(short)}"] if short else []
    parts += [f"the dated {listed(dated)}"] if dated else []
    return f"{' and '.join(parts)} {each(target.aliases, f'reaches {target.id}', 'reach the same model')}"


def kinds_of_names(rollout: Rollout) -> str:
    """``id, alias, dated id``, as far as the target has them."""
    dated = [bool(_DATED.search(name)) for name in rollout.target.aliases]
    return ", ".join(["id", *["alias"] * (False in dated), *["dated id"] * (True in dated)])


def dated_too(rollout: Rollout) -> str:
    """``; asked grok-4-0709: the same or the dated id``; nothing where xAI has no other name for the target."""
    return f"; asked {dated}: the same or the dated id" if (dated := _dated(rollout)) else ""


def or_dated(rollout: Rollout, text: str = "its dated id") -> str:
    """`` (or its dated id)``, where that may leave as well."""
    return f" (or {text})" if dated_too(rollout) else ""


def or_dated_name(rollout: Rollout) -> str:
    """`` (or "grok-4-0709")``."""
    return or_dated(rollout, f'"{_dated(rollout)}"')


def _dated(rollout: Rollout) -> str:
    """The last name that xAI has for the target as well, where it is a dated one."""
    own = [name for name in rollout.target.aliases if name in rollout.target.wire]
    return own[-1] if own and _DATED.search(own[-1]) else ""


def names_missed(rollout: Rollout) -> str:
    """What is missed by whoever looks for the id: ``grok4, grok-4-0709 and, with the flag on, grok``."""
    aliases, moves = rollout.target.aliases, rollout.flag.moves
    return f"{', '.join(aliases)} and, with the flag on, {moves}" if aliases else f"{moves}, where the flag is on"


def names_when_on(rollout: Rollout) -> tuple[str, ...]:
    """All names that reach the target with the flag on: ``grok, grok4, grok-4, grok-4-0709``."""
    target = rollout.target
    return (rollout.flag.moves, *target.aliases[:1], target.id, *target.aliases[1:])


def spellings(rollout: Rollout) -> str:
    """Ways to write the target: ``grok-4, GROK4, grok-4-0709``."""
    names = rollout.target.names
    return ", ".join((names[0], names[min(1, len(names) - 1)].upper(), *names[2:]))


def capitals(rollout: Rollout) -> str:
    """The target's id as people type it: ``Grok-4``."""
    id = rollout.target.id
    typed = f"{id[:1].upper()}{id[1:]}"
    return typed if typed != id else id.upper()


def its(rollout: Rollout, one: str, many: str) -> str:
    """``its aliases, ``, ``its alias, ``, or nothing."""
    aliases = rollout.target.aliases
    return f"its {each(aliases, one, many)}, " if aliases else ""


# --- older names


def older_reach(rollout: Rollout) -> str:
    """``; grok3, grokfast and the like still reach theirs``."""
    names = _older(rollout)
    if len(names) > 2:
        return f"; {', '.join(names[:2])} and the like still reach theirs"
    return f"; {listed(names)} still {each(names, 'reaches its own', 'reach theirs')}" if names else ""


def older_names(rollout: Rollout, lead: str, one: str, many: str) -> str:
    """A clause on the older short names, in their number; nothing where there is none."""
    aliases = [name for model in rollout.before for name in model.aliases]
    return f"{lead}the older short {each(aliases, f'name {one}', f'names {many}')}" if aliases else ""


def and_old_aliases(rollout: Rollout) -> str:
    """`` (and its aliases)``."""
    aliases = ({*rollout.old.names} | rollout.old.wire) - {rollout.old.id}
    return f" (and its {each(tuple(aliases), 'alias', 'aliases')})" if aliases else ""


def old_names_reach(rollout: Rollout) -> str:
    """That the old model is reached by its id and its short names, for users."""
    old = rollout.old
    others = ({*old.names} | old.wire) - {old.id}
    if not others:
        return f"`{old.id}` still reaches itself"
    return f"`{old.id}` and its short {each(tuple(others), 'name', 'names')} still reach `{old.id}`"


# --- the flag


def on_values(rollout: Rollout, mark: str = "") -> str:
    """``true, TRUE and True``."""
    return listed(rollout.flag.on, mark)


def on_values_mean(rollout: Rollout) -> str:
    """``true, TRUE and True mean on``."""
    return f"{on_values(rollout)} {each(rollout.flag.on, 'means', 'mean')} on"


def on_values_switch(rollout: Rollout) -> str:
    """The values as code, with what they do as a verb."""
    return f"{on_values(rollout, '`')} {each(rollout.flag.on, 'switches', 'switch')}"


def off_values(rollout: Rollout) -> str:
    """Values that mean off: ``(empty), 1, yes, false``."""
    flag = rollout.flag
    return ", ".join(
        ("(empty)", *(value for value in dict.fromkeys(("1", "yes", flag.off[0])) if value and value not in flag.on))
    )
