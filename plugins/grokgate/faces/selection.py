"""Which rollout a verb of the command line is about, and in which world: two options that are alike everywhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from grokgate.faces.refusal import Refused

if TYPE_CHECKING:
    from grokgate.values.rollout import Rollout

Verb = TypeVar("Verb", bound=Callable[..., Any])


def chosen(command: Verb) -> Verb:
    """Give a verb ``--rollout`` and ``--world``; it gets ``rollout`` and ``world``, as they were typed or ``None``."""
    rollout = click.option(
        "--rollout",
        metavar="NAME|FILE",
        envvar="GROKGATE_ROLLOUT",
        help="What is rolled out: a bundled rollout (see: grokgate rollouts), or a TOML file. Default: grok-4.",
    )
    world = click.option(
        "--world",
        metavar="NAME|FOLDER",
        envvar="GROKGATE_WORLD",
        help="How xAI behaves: a bundled world (see: grokgate worlds), one beside the rollout's file, or a folder. "
        "Default: the rollout's.",
    )
    return rollout(world(command))


def of_its_day(command: Verb) -> Verb:
    """Give a verb about recordings the two options. Without them each exchange has its own, whatever the environment says."""
    of_each = "Default: each exchange's own, by its day."
    rollout = click.option("--rollout", metavar="NAME|FILE", help=f"Whose world all exchanges belong to. {of_each}")
    world = click.option("--world", metavar="NAME|FOLDER", help=f"The world that all exchanges belong to. {of_each}")
    return rollout(world(command))


def found_again(command: Verb) -> Verb:
    """Give a verb that reads evidence the two options, for a rollout of a file that lies elsewhere now."""
    rollout = click.option("--rollout", metavar="FILE", help="The rollout's file, if it is no longer where the run found it.")
    world = click.option("--world", metavar="FOLDER", help="The world's folder, if it is no longer where the run found it.")
    return rollout(world(command))


def chosen_world(rollout: str | None, world: str | None) -> Path | None:
    """The folder of the world that was chosen, by either option; ``None`` where neither was given. Raises ``Refused``."""
    return selected(rollout, world).facts.folders[0] if rollout or world else None


def selected(rollout: str | None, world: str | None, phase: str = "1") -> Rollout:
    """The rollout that was chosen, in its world. Raises ``Refused``."""
    from grokgate.formats.document import BadDocument
    from grokgate.formats.rollout_file import rollout as read

    try:
        return read(rollout or None, world or None, phase)
    except BadDocument as refused:
        raise Refused(str(refused)) from None
