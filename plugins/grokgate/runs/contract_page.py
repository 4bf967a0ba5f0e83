"""``docs/requirements.md``: the contract as a page, filled in for the bundled rollout. ``python -m`` this module prints it."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from grokgate.formats.contract import contract
from grokgate.formats.rollout_file import rollout
from grokgate.formats.suites import owners
from grokgate.runs.costs import costs
from grokgate.values.requirement import JUDGES, Requirement
from grokgate.values.rollout import Rollout

COMMAND = "python -m grokgate.runs.contract_page >docs/requirements.md"
HEAD = """\
# Requirements

<!-- Made by: {command} -->

This page is made from `suites/requirements/*.toml`; edit those files, not this one. It shows the rows for {rollout.target.id}, as
the rollout {rollout.id} has them in the world {rollout.world}. For another rollout the same rows hold, with its own models,
names and switches: `grokgate explain POST-2.2 --rollout NAME` shows one as it is there.

`grokgate explain POST-2.2` tells more of a row: why it is asked for, how it looks right and wrong, who met the fault, how to
mend it, and the sources.

- **Severity**: a `must` decides the verdict; a `should` is reported, and decides with `--strict` only.
- **Phases**: the gates that ask for the row: `1` initial deployment, `2` gradual migration, `3` full migration, `rollback`.
- **Decided by**: `replay` of recorded or derived answers, `live` traffic with xAI, or a person's attestation. What
  waits for one of them is reported as not run, or lies outside the scope. What live traffic asks for, and what that costs by
  the prices of the world, is told of each row ([live.md](live.md)).
- **Worlds**: how xAI behaved at a time: who answers to a name, what a model refuses, how long a prompt may be, what it costs.
  A row holds in each of them, by the facts of that world. Where its promise has no subject there (a parameter that nobody
  refuses), the row is not applicable, and the report names the fact that makes it so.
- **Endpoints**: a row holds on `/v1/chat/completions` and on `/v1/responses`, whichever the provider uses. Rows are written with
  chat's names; on responses the same is asked in its own: `max_output_tokens` for the limit of every model, `reasoning.effort`,
  `text.format`, items in `input`, functions without `function`, and a `function_call_output`. A failure names the place there.
- **Judges**: a *converting* provider promises the rollout's conversions (an MCP server, a wrapper made for Grok); a
  *passthrough* one (a raw SDK) sends what it is told; others say what they convert. A row of conversion judges that,
  parameter by parameter. For the rest it is not applicable: the report names what falls to the caller, and what the
  provider changes all the same.
- **Claim**: the capability that a provider must claim for the row. An unclaimed one is *not offered*, which is a no-go.

How rows make a verdict is told in [verdict.md](verdict.md).
"""


def page(about: Rollout | None = None) -> str:
    """The page as Markdown: a table of all rows, then each row with its promise and its test."""
    about = about or rollout()
    tests, rows = owners(), list(contract(about).values())
    head = HEAD.format(command=COMMAND, rollout=about)
    return "\n".join([head, *_overview(rows, tests), "", *_sections(rows, tests, about)])


def _overview(rows: Iterable[Requirement], tests: Mapping[str, str]) -> Iterator[str]:
    rows = list(rows)
    tested = sum(row.id in tests for row in rows)
    yield f"{len(rows)} rows, {tested} of them with a test."
    yield ""
    yield "| row | promise in short | severity | phases | decided by | test |"
    yield "|---|---|---|---|---|---|"
    for row in rows:
        test = "yes" if row.id in tests else "sum" if row.sums else "no"
        yield f"| {_link(row)} | {_text(row.title)} | {row.severity} | {' '.join(row.phases)} | {', '.join(row.modes)} | {test} |"


def _sections(rows: Iterable[Requirement], tests: Mapping[str, str], about: Rollout) -> Iterator[str]:
    for section, members in groupby(rows, key=lambda row: row.section):
        yield f"## {section}"
        yield ""
        for row in members:
            yield from _entry(row, tests, about)


def _entry(row: Requirement, tests: Mapping[str, str], about: Rollout) -> Iterator[str]:
    facts = [row.severity, f"phases {' '.join(row.phases)}", f"decided by {', '.join(row.modes)}", f"judges {JUDGES[row.judges]}"]
    if row.claim:
        facts.append(f"claim {row.claim}")
    yield f'<a id="{row.id.lower()}"></a>'
    yield ""
    yield f"### {row.id}"
    yield ""
    yield f"**{_text(row.title)}**"
    yield ""
    if row.promise != row.title:
        yield _text(row.promise)
        yield ""
    yield f"- {' · '.join(facts)}"
    yield f"- plan: {_text(row.plan)}"
    if row.duty:
        yield f"- callers of a raw SDK must: {_text(row.duty)}"
    yield f"- test: {_test(row, tests.get(row.id))}"
    if row.live:
        yield f"- live traffic: {costs(row.live, about)}"
    yield ""


def _test(row: Requirement, node: str | None) -> str:
    """Where the row's test stands, or why there is none."""
    if node is not None:
        path, _, name = node.partition("::")
        return f"[`{name}`](../{path})"
    if row.sums:
        return f"none of its own; follows from the must rows of the phases {' and '.join(row.sums)}"
    if "replay" in row.modes:
        return "none yet; the row is reported as not run"
    live = "live" in row.modes
    return "none yet; live traffic has to decide it" if live else "none; a person vouches for it"


def _text(text: str) -> str:
    """Plain text, with the characters that Markdown would take for its own marked as text."""
    return re.sub(r"[*|<\\]|(?<!\w)_", r"\\\g<0>", text)


def _link(row: Requirement) -> str:
    return f"[{row.id}](#{row.id.lower()})"


if __name__ == "__main__":
    sys.stdout.write(page())
