"""What a draft is made from: one run, with the contract and the rollout that it was judged by."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from grokgate.judgement.verdict import WORST_FIRST, Verdict
from grokgate.reports.basis import share, who_answered
from grokgate.reports.words import OPEN, name_of
from grokgate.upstream.spelling.endpoints import spelling_at
from grokgate.upstream.spelling.form import Spelling
from grokgate.values.evidence import Row, Status
from grokgate.values.line import one_line
from grokgate.values.requirement import Requirement, Users
from grokgate.values.rollout import ModelFacts, Rollout

PASSED, FAILED, WAIVED = Status.PASSED, Status.FAILED, Status.WAIVED
RAN = (PASSED, FAILED, WAIVED)
"""Rows that a test decided, or that somebody accepts as it decided them."""
UNDECIDED = (*OPEN, Status.HARNESS_ERROR)
_STANDS = {
    Status.NOT_OFFERED: "Not offered",
    Status.NOT_APPLICABLE: "Does not apply",
    Status.ATTESTED: "A person vouches for it",
    **dict.fromkeys(UNDECIDED, "This run did not decide it"),
}
BECAUSE = 200
"""Characters of a cause in a draft."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """A run, as a draft reads it.

    ``contract`` is filled in for the rollout. ``rollout`` is ``None`` where its file is not that of the run: then nothing is told
    of the models. ``is_of_contract`` says whether the contract is that of the run; a row that reads otherwise there is told by
    the run's own title.
    """

    header: Mapping[str, Any]
    verdict: Verdict
    contract: Mapping[str, Requirement]
    rollout: Rollout | None
    is_of_contract: bool
    name: str
    """How the file is called."""

    @property
    def title(self) -> str:
        """The provider, as people call it."""
        return str(self.header["provider"]["title"])

    @property
    def target(self) -> str:
        """The model that is rolled out, by the name of the run: its evidence says it, and older evidence by the rollout's."""
        if self.rollout:
            return self.rollout.model
        return str(self.header.get("roles", {}).get("target", self.header["rollout"]))

    def rows(self, *statuses: Status) -> list[Row]:
        """The rows of these statuses, in the order of the plan."""
        return [row for row in self.verdict.rows if row.status in statuses]

    def row(self, id: str) -> Row | None:
        """A row that the run was asked for."""
        return next((row for row in self.verdict.rows if row.asked.id == id), None)

    def requirement(self, row: Row) -> Requirement | None:
        """The requirement of a row, where it promises what it promised in the run."""
        found = self.contract.get(row.asked.id)
        return found if found and found.title == row.asked.title else None

    def users(self, row: Row) -> Users | None:
        """What end users notice of a row."""
        return found.users if (found := self.requirement(row)) else None

    def topic(self, row: Row) -> str:
        """The heading under which end users look for a row."""
        return found.topic if (found := self.requirement(row)) else row.asked.section

    def about(self, fact: str) -> list[Row]:
        """The rows that prove a fact of the rollout or its world; of those that do not apply, what leaves a duty to callers."""
        rows = [row for row in self.verdict.rows if (users := self.users(row)) and fact in users.about]
        return [row for row in rows if row.status is not Status.NOT_APPLICABLE or self.duty(row)]

    def ran(self, *facts: str) -> list[Row]:
        """The rows that prove any of these facts, as far as a test decided them."""
        return [row for fact in facts for row in self.about(fact) if row.status in RAN]

    @cached_property
    def spelling(self) -> Spelling:
        """How the endpoint is spelt that the provider asks."""
        calls = [call for row in self.verdict.rows for case in row.cases for call in case.observations]
        return spelling_at([exchange["url"] for call in calls for exchange in call["wire"] if exchange["method"] == "POST"])

    def told(self, row: Row) -> str:
        """What a row says to users, and no more than was decided: kept, not kept with the cause, or that it is open."""
        users, title, cause = self.users(row), self.spelling.spelt(_text(row.asked.title)), _text(row.because)
        if row.status is PASSED:
            return self.spelling.spelt(users.kept) if users else f"Kept: {title}."
        if row.status in (FAILED, WAIVED):
            loss = self.spelling.spelt(users.unkept) if users else f"Not kept: {title}."
            return f"{loss} {'Accepted for now' if row.status is WAIVED else 'Seen'}: {cause}."
        if duty := self.duty(row):
            return f"Left to you. {duty}"
        return f"{_STANDS[row.status]}: {title}{f'; {cause}' if cause else ''}."

    def duty(self, row: Row) -> str:
        """What a raw SDK leaves to its caller, as a sentence; empty where the row does apply, or leaves nothing."""
        found, passes_on = self.requirement(row), self.header["provider"]["kind"] == "passthrough"
        left = self.spelling.spelt(found.duty) if found and passes_on and row.status is Status.NOT_APPLICABLE else ""
        return f"{left[:1].upper()}{left[1:]}." if left else ""

    def head(self, title: str, *more: str) -> Iterator[str]:
        """The first lines of a draft: what it is, and which run it rests on; ``more`` is what else it rests on."""
        header, verdict = self.header, self.verdict
        provider, digests = header["provider"], header["digests"]
        counts = ", ".join(f"{verdict.counts[status]} {name_of(status)}" for status in WORST_FIRST if verdict.counts.get(status))
        yield f"# {title}"
        yield ""
        yield f"> Draft of grokgate {header['grokgate']}, made from one run of its gate. In brackets: the row behind a statement."
        yield ">"
        packages = f" ({', '.join(provider['requirements'])})" if provider["requirements"] else ""
        yield f"> - provider: {provider['title']}{packages}, build `{digests['provider'][:12]}`"
        yield f"> - run: phase {header['phase']}, {header['scope']}, world `{header['world']}`, {header['started'][:10]}"
        yield f"> - verdict: **{verdict.decision.value}**; {len(verdict.rows)} rows: {counts}"
        yield f"> - evidence: {share(verdict.rows)}; {who_answered(header)} (`grokgate verify {self.name}`)"
        if verdict.violations:
            yield f"> - **undeclared attempts to reach other hosts**: {', '.join(sorted(set(verdict.violations)))}"
        if header["only"]:
            yield f"> - only these rows were judged: {', '.join(header['only'])}"
        if not self.is_of_contract:
            yield "> - the run was judged by another contract; rows that read otherwise there have its words"
        yield from (f"> - {line}" for line in more)
        yield ""


def reasons(model: ModelFacts, beside: str = "") -> str:
    """What is so with a model that thinks; ``beside`` compares it with another one."""
    shows = "its thoughts come with the answer" if model.thinking == "shown" else "an answer without its thoughts is normal"
    return f"`{model.id}` reasons before it answers{f', {beside};' if beside else ', and'} {shows}."


def said(text: str, *rows: Row) -> str:
    """A statement with the rows that it rests on."""
    return f"{text} [{', '.join(row.asked.id for row in rows)}]"


def point(text: str, *rows: Row) -> str:
    """A statement as an entry of a list."""
    return f"- {said(text, *rows)}"


def listed(names: Sequence[str]) -> str:
    """Names in a sentence, as code."""
    quoted = [f"`{name}`" for name in names]
    return " and ".join(filter(None, [", ".join(quoted[:-1]), quoted[-1]])) if quoted else "none"


def _text(text: str) -> str:
    """A title or a cause as text of Markdown: what the provider said itself may have any sign in it."""
    return re.sub(r"[<*|\\`\[\]]", r"\\\g<0>", one_line(text, BECAUSE)).rstrip(".")
