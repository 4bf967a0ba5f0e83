"""``grokgate draft``: texts for users, made from one run and claiming no more than its rows proved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from grokgate.formats.contract import contract, contract_digest
from grokgate.formats.document import BadDocument
from grokgate.formats.rollout_file import rollout, rollout_of
from grokgate.reports.draft import DRAFTS, Source
from grokgate.runs.verify import judged
from grokgate.values.rollout import Rollout


class NotDrafted(ValueError):
    """There is nothing to make the draft from: one sentence that says why."""


def drafted(kind: str, path: Path, asked: str | None = None, world: str | None = None) -> str:
    """The draft in Markdown. Raises ``EvidenceRefused`` and ``NotDrafted``.

    ``asked`` and ``world`` say where rollout and world of the run are, where they are no longer where the run had them.
    """
    evidence, verdict = judged(path)
    header = evidence.header
    if asked:
        _refuse_another(path, header, asked, world)
    found = list(_found(header, asked, world))
    of_the_run = next((each for each in found if each.digest == header["digests"]["rollout"]), None)
    if (known := of_the_run or next(iter(found), None)) is None:
        name = header.get("selection", {}).get("rollout") or header["rollout"]
        raise NotDrafted(
            f"{path}: the run was judged by the rollout {name!r}, which is not there: --rollout FILE says where it is"
        )
    source = Source(
        header=header,
        verdict=verdict,
        contract=contract(known),
        rollout=of_the_run,
        is_of_contract=header["digests"]["contract"] == contract_digest(),
        name=str(path),
    )
    if kind == "migration" and source.rollout is None:
        raise NotDrafted(
            f"{path}: the run was judged by another rollout file; what this one says of models is not of that run. If the file "
            "was moved, --rollout FILE names it"
        )
    return "\n".join(DRAFTS[kind](source)).rstrip()


def _refuse_another(path: Path, header: Mapping[str, Any], asked: str, world: str | None) -> None:
    """Raises ``NotDrafted`` where the rollout that is named is not that of the run."""
    try:
        named = rollout(asked, world)
    except BadDocument as refused:
        raise NotDrafted(str(refused)) from None
    if named.digest != header["digests"]["rollout"]:
        raise NotDrafted(f"{path}: the run was judged by another rollout than {asked}; name the file that it was judged by")


def _found(header: Mapping[str, Any], asked: str | None, world: str | None) -> Iterator[Rollout]:
    """The rollouts by which the run may have been judged: where the run had its own, and where somebody says that it is."""
    for spec, place in dict.fromkeys(((None, None), (asked, world))):
        with suppress(BadDocument):  # a file that was moved or a world that was dropped
            yield rollout_of(header, spec, place)
