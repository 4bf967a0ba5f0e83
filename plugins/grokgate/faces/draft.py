"""``grokgate draft``: texts for users, made from one run and claiming no more than its rows proved."""

from __future__ import annotations

from pathlib import Path

from grokgate.formats.contract import contract_digest, requirements, rollout
from grokgate.formats.document import BadDocument
from grokgate.reports.draft import DRAFTS, Source
from grokgate.runs.verify import judged
from grokgate.values.rollout import Rollout


class NotDrafted(ValueError):
    """There is nothing to make the draft from: one sentence that says why."""


def drafted(kind: str, path: Path) -> str:
    """The draft in Markdown. Raises ``EvidenceRefused`` and ``NotDrafted``."""
    evidence, verdict = judged(path)
    header = evidence.header
    source = Source(
        header=header,
        verdict=verdict,
        contract=requirements(),
        rollout=_rollout(header["rollout"], header["world"], header["phase"], header["digests"]["rollout"]),
        is_of_contract=header["digests"]["contract"] == contract_digest(),
        name=str(path),
    )
    if kind == "migration" and source.rollout is None:
        raise NotDrafted(f"{path}: the run was judged by another rollout file; what this one says of models is not of that run")
    return "\n".join(DRAFTS[kind](source)).rstrip()


def _rollout(name: str, world: str, phase: str, digest: str) -> Rollout | None:
    """The rollout by which the run was judged; ``None`` where it is not there any more."""
    try:
        found = rollout(name, world, phase)
    except BadDocument:
        return None  # a file that was renamed or a world that was dropped is another rollout
    return found if found.digest == digest else None
