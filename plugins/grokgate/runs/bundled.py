"""``grokgate rollouts`` and ``grokgate worlds``: what comes with grokgate, and from when to when xAI behaved so."""

from __future__ import annotations

from grokgate.formats.rollout_file import DEFAULT, bundled_rollouts, rollout
from grokgate.formats.world_file import bundled_worlds

HOW = """
Another one is a TOML file: --rollout my-rollout.toml. It may be based on one of these, and bring a world of its own in a
folder beside it: docs/your-own-rollout.md."""


def rollouts() -> str:
    """The bundled rollouts, two lines each."""
    lines = []
    for name in bundled_rollouts():
        about = rollout(name)
        mark = " (where none is named)" if name == DEFAULT else ""
        lines.append(f"{name:<10} {about.title}{mark}")
        lines.append(f"{'':<10} {about.old.id} -> {about.target.id}, flag {about.flag.variable}, world {about.world}")
    return "\n".join(lines) + "\n" + HOW


def worlds() -> str:
    """The bundled worlds, the oldest first, two lines each."""
    lines = []
    for facts in bundled_worlds():
        lines.append(f"{facts.name:<12} {facts.title}")
        lines.append(f"{'':<12} xAI as it answered {facts.days}")
    return "\n".join(lines) + "\n" + HOW
