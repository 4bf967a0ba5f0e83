"""``grokgate logs``: the plan's log monitoring, on a server's log."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from textwrap import fill
from typing import Any

from grokgate.formats.log_file import LONGEST, LogFile
from grokgate.formats.log_line import masked_figures
from grokgate.formats.server_log import OTHERS, Cause, Names, Place, Seen, Survey
from grokgate.judgement.statistics.rate import Rate
from grokgate.values.line import one_line
from grokgate.values.rollout import Rollout
from grokgate.values.secret import secrets_in

SCHEMA = "grokgate/logs/1"
WIDTH = 80
LARGE = 64 << 20
"""Bytes from which on it is shown how far the reading is."""
TOP = 5
"""Causes that are told; of resolutions and removals twice as many."""
TOLD = 400
"""Characters of a line that are told to machines. Lines are read farther, so that no secret is cut in two and missed."""

Advance = Callable[[], None]


class Report:
    """What a log says of a model. Opening and reading it raises ``Unreadable``."""

    def __init__(self, name: str, model: str | None, plan: Rollout) -> None:
        self.model = model or plan.model
        facts = plan.models.get(self.model)
        self._names = {self.model, *(facts.names + tuple(facts.wire) if facts else ())}
        self.survey = Survey.of(plan.logs, plan.model, self.model)
        self._greps = {"removed": plan.logs.removed, "resolved": plan.logs.resolved}
        with LogFile(name) as log, _progress(log) as advance:
            for block in log:
                self.survey.add(block)
                advance()
        self._log = log

    @property
    def calls(self) -> int:
        """Calls of the model: lines that resolve a name to it."""
        return sum(times for (_, resolved), times in self.survey.resolutions.items() if resolved in self._names)

    @property
    def error_rate(self) -> float | None:
        """Failed calls of all calls; ``None`` where the log does not tell."""
        failed, calls = self.survey.failed.count, self.calls
        return failed / calls if calls and failed <= calls else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Between which values the true rate lies, at 95 %, if calls fail by chance; ``None`` where the log does not tell."""
        return None if self.error_rate is None else Rate(failed=self.survey.failed.count, calls=self.calls).interval()

    @property
    def counted(self) -> str:
        """How calls were counted, or why the rate cannot be told."""
        failed, calls = self.survey.failed.count, self.calls
        resolved, errors = f"resolve a name to {shown(self.model)}", _many(failed, "error line")
        if not calls:
            return f"the error rate cannot be told: calls are counted by the lines that {resolved}, and there are none"
        if failed > calls:
            return f"the error rate cannot be told: {errors}, but calls are counted by the lines that {resolved}: {calls:,}"
        return f"{errors} of {_many(calls, 'call')}, counted by the lines that {resolved}"

    def to_json(self) -> dict[str, Any]:
        """For machines."""
        found, causes = self.survey, self._causes
        return {
            "schema": SCHEMA,
            "file": self._log.name,
            "lines": found.lines,
            "period": {"first": found.first_stamp or None, "last": found.last_stamp or None},
            "model": self.model,
            "errors": {
                "patterns": list(found.errors),
                **_seen(found.failed),
                "causes": [{"text": text, "count": count} for text, count in causes],
                "causes_told_apart": len(found.causes),
            },
            "calls": self.calls,
            "error_rate": self.error_rate,
            "error_rate_interval": self.interval,
            "counted": self.counted,
            "removed_parameters": [
                {"model": shown(model) or None, "parameter": shown(parameter), "count": times}
                for (model, parameter), times in found.removed.most_common()
            ],
            "resolutions": [
                {"asked": shown(asked), "resolved": shown(resolved), "count": times}
                for (asked, resolved), times in found.resolutions.most_common()
            ],
            "not_parsed": {
                "traceback_lines": found.traceback_lines,
                "blank_lines": found.blank_lines,
                "without_time_stamp_or_level": _seen(found.unheaded),
                "names_not_read": _seen(found.nameless),
                "undecodable_bytes": found.undecodable,
                "cut_lines": self._log.cut_lines,
                "bytes_not_read": self._log.cut_bytes,
            },
        }

    def __str__(self) -> str:
        """For people, in 80 columns."""
        parts = (self._head(), self._errors(), self._removed(), self._resolved(), self._rest())
        return "\n\n".join("\n".join(part) for part in parts)

    def _head(self) -> Iterator[str]:
        found = self.survey
        yield from _wrapped(f"{shown(self._log.name)} · {found.lines:,} lines", indent=0)
        period = f"{found.first_stamp} to {found.last_stamp}" if found.first_stamp else "no line has a time stamp and a level"
        yield shown(period)

    def _errors(self) -> Iterator[str]:
        found = self.survey
        yield f"Errors of {shown(self.model)}"
        yield from _wrapped(" | ".join(f'grep "{shown(pattern)}"' for pattern in found.errors))
        yield from _counted(found.failed, "line")
        for text, count in self._causes:
            yield _row(count, text)
        rate, interval = self.error_rate, self.interval
        if rate is None or interval is None:
            yield from _wrapped(self.counted)
            return
        low, high = (f"{100 * end:.3g}" for end in interval)
        yield from _wrapped(f"error rate {100 * rate:.3g} % ({low} to {high} % at 95 %): {self.counted}")

    def _removed(self) -> Iterator[str]:
        yield "Removed parameters"
        yield from _wrapped(f'grep "{self._greps["removed"]}"')
        yield from _table(
            self.survey.removed, lambda names: f"{shown(names[1])} for {shown(names[0]) or 'no model that is named'}"
        )

    def _resolved(self) -> Iterator[str]:
        yield "Resolutions"
        yield from _wrapped(f'grep "{self._greps["resolved"]}"')
        yield from _table(self.survey.resolutions, lambda names: f"{shown(names[0])} -> {shown(names[1])}")

    def _rest(self) -> Iterator[str]:
        found, log = self.survey, self._log
        yield "Not parsed"
        counts = {
            "lines of tracebacks": found.traceback_lines,
            "blank lines": found.blank_lines,
            "bytes that are not UTF-8": found.undecodable,
            f"lines longer than {LONGEST >> 20} MB; bytes of them that were not looked at: {log.cut_bytes:,}": log.cut_lines,
        }
        told = [row for what, count in counts.items() if count for row in _wrapped(f"{count:,} {what}")]
        told += _examples(found.unheaded, "without time stamp or level")
        told += _examples(found.nameless, "of a resolution or a removal whose names cannot be read")
        yield from told or ["  nothing: each line has a time stamp and a level"]

    @property
    def _causes(self) -> list[tuple[str, int]]:
        causes = sorted(self.survey.causes.values(), key=lambda cause: -cause.count)[:TOP]
        return [(_cause(cause), cause.count) for cause in causes]


def shown(text: str) -> str:
    """A text of a log, fit for a terminal: secrets and what steers terminals are masked."""
    return "".join(sign if sign.isprintable() else "?" for sign in _without_secrets(text))


def _without_secrets(text: str) -> str:
    """A text with each secret replaced by its kind. Where JSON's escapes hide its place, the text is withheld."""
    found = secrets_in(text)
    if not found:
        return text
    if "\\" in text:
        return f"(withheld: it holds a {found[0].kind})"
    kept, end = [], 0
    for secret in found:
        if secret.start >= end:
            kept += [text[end : secret.start], f"[{secret.kind}]"]
        end = max(end, secret.end)
    return "".join([*kept, text[end:]])


def _cause(cause: Cause) -> str:
    return one_line(masked_figures(shown(cause.text)), TOLD) or "(no text)"


def _seen(seen: Seen) -> dict[str, Any]:
    return {"count": seen.count, "first": _place(seen.first), "last": _place(seen.last)}


def _place(place: Place | None) -> dict[str, Any] | None:
    if place is None:
        return None
    return {"line": place.number, "time": shown(place.stamp) or None, "text": one_line(shown(place.text), TOLD)}


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _counted(seen: Seen, what: str) -> Iterator[str]:
    yield f"  {_many(seen.count, what)}"
    for name, place in {"first": seen.first, "last": seen.last}.items():
        if place:
            yield f"  {name:5}  {shown(place.stamp) or 'no time stamp'}, line {place.number:,}"


def _examples(seen: Seen, what: str) -> Iterator[str]:
    if not seen.count:
        return
    yield from _wrapped(f"{_many(seen.count, 'line')} {what}")
    for place in dict.fromkeys((seen.first, seen.last)):
        if place:
            head = f"    line {place.number:,}: "
            yield head + one_line(shown(place.text), WIDTH - len(head))


def _table(counted: Counter[Names], said: Callable[[Names], str]) -> Iterator[str]:
    rows = counted.most_common(2 * TOP)
    for names, times in rows:
        yield _row(times, OTHERS if names[0] == OTHERS else said(names))
    rest = counted.total() - sum(times for _, times in rows)
    if rest:
        yield _row(rest, f"others, of {len(counted) - len(rows):,} kinds (--json lists them)")
    if not rows:
        yield "  no line"


def _row(count: int, text: str) -> str:
    head = f"  {count:>11,}  "
    return head + one_line(text, WIDTH - len(head))


def _wrapped(text: str, indent: int = 2) -> Iterator[str]:
    blank = " " * indent
    yield from fill(text, WIDTH, initial_indent=blank, subsequent_indent=blank, break_on_hyphens=False).splitlines()


@contextmanager
def _progress(log: LogFile) -> Iterator[Advance]:
    """Shows how far the reading of a large file is, where somebody looks at it."""
    if not log.size or log.size < LARGE or not sys.stderr.isatty():
        yield lambda: None
        return
    import click

    with click.progressbar(length=log.size, label=f"reading {log.size / 1e6:,.0f} MB", file=sys.stderr, width=40) as bar:
        yield lambda: bar.update(log.position - bar.pos)
