"""Claims that a listing can make, too."""

from __future__ import annotations

from grokgate.providers.subject import NoListing, Subject
from grokgate.values.face import NotOffered
from grokgate.values.requirement import CAPABILITIES, Requirement


def is_claimed(provider: Subject, row: Requirement) -> None:
    """The capability that a row is about is claimed of the target, by description or listing, and has a face.

    Raises ``NotOffered``.
    """
    if row.claim not in CAPABILITIES:
        return
    try:
        claimed = provider.declares(row.claim, provider.rollout.model)
    except NoListing:
        claimed = False
    if not claimed:
        phase = provider.rollout.phase
        raise NotOffered(f"the provider does not claim {row.claim!r}, and phase {phase} asks for it")
    if row.claim == "streaming" and provider.modes.isdisjoint(("stream", "astream")):
        raise NotOffered("streaming is declared, and the face that is driven does not stream; POST-4.8 judges the claim")
