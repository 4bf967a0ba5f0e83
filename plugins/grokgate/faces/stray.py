"""What a word that a gate does not take was probably meant to say.

A gate takes options alone; pytest's own arguments stand behind ``--``. Any other word is refused, since a gate that passes over
the name of a provider judges somebody else.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path

import click

from grokgate.faces.refusal import Refused
from grokgate.formats.contract import requirements
from grokgate.formats.rollout_file import bundled_rollouts
from grokgate.formats.suites import owners
from grokgate.formats.world_file import FILE, bundled_worlds
from grokgate.providers.description import bundled

PYTESTS = "pytest's own arguments go behind --, as in: -- -n 2"
_CHOICES = {"1": "phase", "2": "phase", "3": "phase", "rollback": "phase", "replay": "mode", "live": "mode"}
_CHOICES |= dict.fromkeys(("predeploy", "postdeploy", "signoff"), "scope")
_CLASS = re.compile(r"^class ([A-Za-z]\w*)", re.MULTILINE)
_ACCEPTED = {"waiver", "attestation"}
_OF_A_ROLLOUT = {"target", "old", "flag", "based_on"}


class Gated(click.Command):
    """A verb that hands what stands behind ``--`` to pytest, as ``pytest_arguments``, and takes no other words than options."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        own, behind = (args[: args.index("--")], args[args.index("--") + 1 :]) if "--" in args else (args, [])
        ctx.allow_extra_args = True
        options = {name.lstrip("-") for option in self.params for name in option.opts}
        try:
            rest = super().parse_args(ctx, list(own))
        except click.NoSuchOption as error:
            word = next((word for word in own if word.startswith(error.option_name)), error.option_name)
            raise Refused(_no_option(word, options)) from None
        for option, value in ctx.params.items():
            if isinstance(value, str) and value.startswith("--"):
                raise Refused(f"--{option} has no value; the word behind it is {value}")
        if ctx.args:
            raise Refused(no_word(ctx.args, options))
        if mine := [word for word in behind if word.startswith("--") and word[2:].partition("=")[0] in options]:
            raise Refused(f"{mine[0]} is an option of grokgate's: say it before --, since what stands behind goes to pytest")
        ctx.params["pytest_arguments"] = tuple(behind)
        return rest


class PassedOn(click.Command):
    """A verb that hands all its words to another one, as ``arguments``; only ``--help`` is its own."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        own = args[: args.index("--")] if "--" in args else args
        if asks := [word for word in own if word in ctx.help_option_names]:
            return super().parse_args(ctx, asks)
        ctx.params["arguments"] = tuple(args)
        return []


def no_word(words: Sequence[str], options: Collection[str]) -> str:
    """Why the first of these words is not taken, and what to say in its place. ``options`` are those of the verb."""
    word, behind = words[0], " ".join(words[1:2])
    if not word.strip():
        return "an empty word is there, and judges nothing; is the variable that should fill it set?"
    meanings = (_named_option(word, behind, options), *(meaning(word) for meaning in _MEANINGS))
    said = next(filter(None, meanings), "") or _near(word, options)
    advice = f"say {said}" if said else f"the provider is named by --provider; {PYTESTS}"
    return f"{word!r} is a word without an option, and judges nothing: {advice}"


def _no_option(word: str, options: Collection[str]) -> str:
    name, equals, value = word.lstrip("-").partition("=")
    if near := difflib.get_close_matches(name, options, n=1, cutoff=0.7):
        return f"there is no option {word}: say --{near[0]}{equals}{value}"
    return f"there is no option {word}; {PYTESTS}"


# --- what a word may mean


def _named_option(word: str, behind: str, options: Collection[str]) -> str:
    """``phase 2``, ``phase=2`` and ``phase2``."""
    name, equals, value = word.lower().partition("=")
    if name in options:
        return f"--{name}{equals}{value}" if equals else f"--{name} {behind}".rstrip()
    choice = re.fullmatch(r"(phase)-?(\w+)", name)
    return f"--{choice[1]} {choice[2]}" if choice and choice[2] in _CHOICES else ""


def _choice(word: str) -> str:
    return f"--{_CHOICES[word]} {word}" if word in _CHOICES else ""


def _row(word: str) -> str:
    id = word.partition("[")[0].upper()
    return f"--only {id}" if id in requirements() else ""


def _test(word: str) -> str:
    """A test of a suite, as pytest names it."""
    _, colons, name = word.partition("::")
    rows = [row for row, node in owners().items() if node.rpartition("::")[2] == name.partition("[")[0]]
    return f"--only {rows[0]}" if colons and rows else ""


def _provider(word: str) -> str:
    beside = next((f"{word}{end}" for end in (".toml", ".py") if Path(f"{word}{end}").expanduser().is_file()), "")
    if beside:
        return _toml(beside) or _python(beside)
    known = [each.name for each in bundled()]
    named = word.partition("@")[0] in known or word.startswith("mutant:") or re.fullmatch(r"[\w./~-]+:[A-Za-z_]\w*", word)
    return f"--provider {word}" if named else ""


def _python(word: str) -> str:
    """A file with an adapter, or a module."""
    path = Path(word).expanduser()
    if path.suffix != ".py":
        return ""
    classes = _CLASS.findall(path.read_text("utf-8", "replace")) if path.is_file() else []
    return f"--provider {word}:{classes[-1] if classes else 'Class'}"


def _toml(word: str) -> str:
    """A description, a rollout, or what people add; what it holds tells."""
    path = Path(word).expanduser()
    if path.suffix != ".toml":
        return ""
    try:
        keys = set(tomllib.loads(path.read_text("utf-8")))
    except (OSError, ValueError):
        keys = set()
    if path.name == FILE:
        return f"--world {path.parent}"
    return f"--{'accept' if keys & _ACCEPTED else 'rollout' if keys & _OF_A_ROLLOUT else 'provider'} {word}"


def _rollout(word: str) -> str:
    return f"--rollout {word}" if word in bundled_rollouts() else ""


def _world(word: str) -> str:
    return f"--world {word}" if word in [world.name for world in bundled_worlds()] else ""


def _evidence(word: str) -> str:
    return f"grokgate verify {word}" if word.endswith(".jsonl") else ""


def _folder(word: str) -> str:
    """A folder: a world, recordings, reports of an earlier run, or one in which a provider lies."""
    path = Path(word).expanduser()
    if not path.is_dir():
        return ""
    if (path / FILE).is_file():
        return f"--world {word}"
    if any((path / world.name).is_dir() for world in bundled_worlds()):
        return f"--cassettes {word}"
    if (path / "evidence.jsonl").is_file():
        return f"--reports {word}"
    described = [one for one in sorted(path.glob("*.toml")) if one.name != "pyproject.toml"]
    return f"--provider {described[0] if described else path / 'FILE.toml'}"


def _verb(word: str) -> str:
    return f"grokgate {word}" if word in _verbs() else ""


def _near(word: str, options: Collection[str]) -> str:
    """What is spelled nearly so."""
    known = {name: f"--{name}" for name in options}
    known |= {each.name: f"--provider {each.name}" for each in bundled()}
    known |= {name: f"--rollout {name}" for name in bundled_rollouts()}
    known |= {id.lower(): f"--only {id}" for id in requirements()}
    known |= {name: f"grokgate {name}" for name in _verbs()}
    found = difflib.get_close_matches(word.lower(), known, n=1, cutoff=0.75)
    return known[found[0]] if found else ""


def _verbs() -> Iterator[str]:
    context = click.get_current_context(silent=True)
    group = context.find_root().command if context else None
    yield from group.commands if isinstance(group, click.Group) else ()


_MEANINGS: tuple[Callable[[str], str], ...] = (
    *(_choice, _row, _test, _python, _toml, _provider, _rollout, _world, _evidence, _folder, _verb),
)
"""Of several meanings the first holds."""
