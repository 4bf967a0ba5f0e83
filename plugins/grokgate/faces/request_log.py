"""What a stand-in was asked, for a person at a terminal: a line for each request, and what xAI says where it refuses."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Callable, Iterator

import click

from grokgate.intercept.fault import FAULTS
from grokgate.intercept.standing import Seen

WIDTH = 80
INDENT = " " * 9
"""What stands under a request begins where its status does."""


class RequestLog:
    """Says each request that it gets, unless ``quiet``, and counts them."""

    def __init__(self, say: Callable[[str], None], *, quiet: bool = False) -> None:
        self._say, self._quiet, self._counted = say, quiet, Counter[str]()

    def __call__(self, seen: Seen) -> None:
        self._counted.update(_kinds(seen))
        if not self._quiet:
            self._say("\n".join(lines(seen)))

    def sums(self) -> str:
        """How many requests there were, and of which kind."""
        count = self._counted
        requests = f"{count['request']:,} request{'' if count['request'] == 1 else 's'}"
        sums = f"{requests}: {count['refused']:,} refused, {count['missed']:,} missed, {count['struck']:,} struck by a fault"
        return f"{sums}\nanswers: {count['recorded']:,} recorded, {count['derived']:,} derived"


def lines(seen: Seen) -> Iterator[str]:
    """A request in lines of 80 columns: time, status, method, path, model and rule, and what there is to say of it."""
    status, colour = _status(seen)
    told = f"{seen.method:<4} {seen.path} {seen.model}".rstrip()
    told = told if len(told) <= WIDTH - 16 else f"{told[: WIDTH - 17]}…"
    rule = f"  {seen.rule}" if seen.rule and len(told) + len(seen.rule) <= WIDTH - 18 else ""
    yield f"{seen.at:%H:%M:%S} {click.style(f'{status:<6}', fg=colour, bold=True)} {told}{click.style(rule, dim=True)}"
    striking = {change for change in seen.changes if change.what == "fault" and change.to == seen.fault}
    for change in seen.changes:
        if change not in striking:
            yield from _under(str(change))
    if seen.fault:
        why = "".join(f" ({change.when} {change.number})" for change in striking)
        yield from _under(f"fault {seen.fault}{why}: {FAULTS[seen.fault].does}")
    if seen.refusal:
        yield from _under(f"xAI: {seen.refusal}")
    if seen.miss:
        yield from _under(seen.miss)


def _under(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=INDENT, subsequent_indent=INDENT)


def _status(seen: Seen) -> tuple[str, str]:
    """The status, or what broke the connection, and its colour."""
    if seen.status is None:
        return FAULTS[seen.fault].connection or "", "magenta"
    if seen.status == 599:
        return "599", "yellow"
    return str(seen.status), "green" if seen.status < 400 else "red"


def _kinds(seen: Seen) -> Iterator[str]:
    yield "request"
    if seen.status == 599:
        yield "missed"
    elif seen.status is not None and seen.status >= 400:
        yield "refused"
    if seen.fault:
        yield "struck"
    if seen.provenance:
        yield seen.provenance
