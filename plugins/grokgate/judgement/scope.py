"""Which rows a gate is asked for, and what is settled about them before any test runs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from grokgate.values.evidence import Asked, Blame, Status
from grokgate.values.requirement import CAPABILITIES, OFFERS, Requirement

PHASES = ("1", "2", "3", "rollback")
SCOPES = {"predeploy": ("replay",), "postdeploy": ("live",), "signoff": ("replay", "live", "attested")}
"""What evidence each scope asks for."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """What a gate is asked: a phase, a scope, and of which kind of provider with which claims."""

    phase: str
    scope: str
    kind: str
    claims: Collection[str]
    converts: Collection[str] | None = None
    """The parameters that it says it converts; ``None`` where its kind says it: all, or none."""
    only: Collection[str] = ()
    mode: str = "replay"
    long: bool = False
    """Whether rows are asked, too, that are asked only where somebody says so."""

    @property
    def told_only(self) -> bool:
        """Whether what is left to the caller is asked to tell what the provider changes all the same; that costs nothing."""
        return self.scope == "predeploy" and self.mode == "replay"


def question_of(header: Mapping[str, Any]) -> Question:
    """What a run was asked, as the header of its evidence tells."""
    provider = header["provider"]
    return Question(
        phase=header["phase"],
        scope=header["scope"],
        kind=provider["kind"],
        claims=tuple(provider["claims"]),
        converts=provider.get("converts"),
        only=tuple(header["only"]),
        mode=header["mode"],
        long=header.get("long_prompts", False),
    )


def question_of_whole(header: Mapping[str, Any]) -> Question:
    """What a sign-off over such runs is asked: all that the phase asks, whoever decides it."""
    return replace(question_of(header), scope="signoff", only=(), mode="replay", long=False)


def asked_for(requirements: Iterable[Requirement], question: Question, tested: Collection[str]) -> tuple[list[Asked], list[str]]:
    """The rows asked for, and the identifiers of those outside; ``tested`` are the rows that have a test."""
    inside, outside = [], []
    requirements = list(requirements)
    for requirement in requirements:
        if _inside(requirement, question):
            inside.append(_asked(requirement, question, tested, _summed(requirement, requirements, question)))
        else:
            outside.append(requirement.id)
    return inside, outside


def unknown(only: Sequence[str], requirements: Collection[str]) -> list[str]:
    """The identifiers in ``only`` that no requirement has."""
    return [wanted for wanted in only if wanted not in requirements]


def _inside(requirement: Requirement, question: Question) -> bool:
    modes = SCOPES[question.scope]
    chosen = not question.only or requirement.id in question.only
    return chosen and question.phase in requirement.phases and any(mode in modes for mode in requirement.modes)


def _summed(requirement: Requirement, requirements: Sequence[Requirement], question: Question) -> tuple[str, ...]:
    """The rows that decide this one: the ``must`` of the phases that it sums up, as far as this phase asks for them, too."""
    whole = replace(question, only=())
    return tuple(
        other.id
        for other in requirements
        if other.severity == "must" and not other.sums and set(other.phases) & set(requirement.sums) and _inside(other, whole)
    )


def _asked(requirement: Requirement, question: Question, tested: Collection[str], sums: tuple[str, ...]) -> Asked:
    status, because, blame = _settled(requirement, question, tested)
    return Asked(
        id=requirement.id,
        title=requirement.title,
        plan=requirement.plan,
        section=requirement.section,
        prefix=requirement.prefix,
        severity=requirement.severity,
        settled=status,
        because=because,
        blame=blame,
        sums=sums,
        attestable="attested" in requirement.modes,
    )


def _settled(requirement: Requirement, question: Question, tested: Collection[str]) -> tuple[Status | None, str, Blame | None]:
    if _is_left_to_the_caller(requirement, question):
        return Status.NOT_APPLICABLE, f"a raw SDK sends what it is told; what its caller must do: {requirement.duty}", None
    if requirement.claim and requirement.claim not in (*question.claims, *CAPABILITIES):
        because = f"the provider does not claim {requirement.claim!r}, and phase {question.phase} asks for it"
        return Status.NOT_OFFERED, because, Blame.PROVIDER
    if question.mode not in requirement.modes or (question.scope == "postdeploy" and question.mode == "replay"):
        if "live" in requirement.modes and question.mode == "replay":
            return Status.NOT_RUN, "decided by live traffic (--mode live --scope postdeploy)", Blame.CONFIGURATION
        if "replay" in requirement.modes:
            return Status.NOT_RUN, "decided by replay, before the deploy", Blame.CONFIGURATION
        return Status.NOT_RUN, "waits for a person who vouches for it (--accept FILE)", Blame.CONFIGURATION
    if question.mode == "live" and requirement.live and requirement.live.opt_in and not question.long:
        prompts = f"prompts of {requirement.live.prompt:,} tokens, which are dear"
        return Status.NOT_RUN, f"--long-prompts asks it: it has {prompts}", Blame.CONFIGURATION
    if requirement.id not in tested and not requirement.sums:
        return Status.NOT_RUN, "no test yet", Blame.HARNESS
    return None, "", None


def _is_left_to_the_caller(requirement: Requirement, question: Question) -> bool:
    """Whether nothing of the row is this provider's promise, and nothing is asked to see what it changes all the same."""
    if question.kind == "converting" or requirement.judges == "any":
        return False
    if requirement.claim in OFFERS:
        return requirement.claim not in question.claims
    return not question.told_only and not (requirement.judges == "conversion" and question.converts)
