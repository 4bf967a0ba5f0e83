"""The case that a soak amounts to, as that of a test: what was shown, or why it does not pass, with figures and a few calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from grokgate.judgement.expect.unkept import NotRun, Unkept, Unproven
from grokgate.judgement.outcome import case_of, undeclared
from grokgate.judgement.trial import Outcome
from grokgate.providers.subject import Transcript
from grokgate.runs.run import GateRun
from grokgate.runs.soak.asked import ROW
from grokgate.runs.soak.count import Count
from grokgate.values.evidence import Case, Status

Judged = Exception | str
"""What a test would have ended with, or what was shown."""


def judged(count: Count) -> Judged:
    """What the calls show."""
    tally = count.tally
    if not tally.rate.calls:
        reasons = ", ".join(dict(count.seen.because.most_common(2))) or count.ended or "none was asked"
        return NotRun(f"no call was answered: {reasons}", blame=count.who)
    status, shown = count.watch.end(tally, looked=count.until_decided)
    if status is Status.FAILED:
        allowed = f"fewer than {100 * count.limit:.3g} of 100 calls fail"
        return Unkept(shown, expected=allowed, saw=shown.partition(";")[0], at="error")
    if status is Status.UNPROVEN:
        return Unproven(f"{shown}; it ended since {count.ended}" if count.ended else shown, blame=count.who)
    return shown


def case(run: GateRun, count: Count, end: Judged, seconds: float, notes: Sequence[str]) -> Case:
    """The case of a run, and its blocked attempts to reach other hosts. ``notes`` are figures beside those of the calls."""
    limit_field = run.rollout.target.limit_field
    figures = [str(count.tally), *count.seen.notes(limit_field), *count.notes, *notes] if count.tally.decided else []
    transcript = Transcript(egress=list(count.seen.egress.values()), notes=figures, shown=end if isinstance(end, str) else "")
    made = case_of(
        requirement=ROW,
        part="",  # the case that a live run has, so that each may decide what the other could not
        node="grokgate soak",
        seconds=seconds,
        error=None if isinstance(end, str) else end,
        transcript=transcript,
        description=run.description,
        secret=run.key,
    )
    failing = undeclared(transcript.egress, run.description.egress)
    run.egress += [
        {"target": attempt.target, "stack": attempt.stack, "node": made.node, "declared": attempt not in failing}
        for attempt in transcript.egress
    ]
    return replace(made, observations=tuple(call for outcome in Outcome for call in count.seen.observations[outcome]))
