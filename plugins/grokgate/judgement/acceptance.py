"""Rows as people accept them: a red one is waived, one that nobody can test is attested; and what of that is stale.

A waiver is bound to a row, a provider and the signature of a failure. Another failure of the same row, a fix, or the end of its
last day turns it off, and each of these is a finding: somebody still relies on it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from grokgate.values.acceptance import Attestation, Waiver
from grokgate.values.evidence import Row, Status
from grokgate.values.volatile import steady

WAIVABLE = (Status.FAILED, Status.NOT_OFFERED)
"""What can be accepted. A row that proved nothing has no failure that anybody could know."""
_BY_MODE = re.compile(r"\[by \w+\]$| by \w+(?=\]$)")
OPEN = (Status.HARNESS_ERROR, Status.UNPROVEN, Status.NOT_RUN)
"""What proved nothing, the worst first."""


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """What people add to one verdict: for which provider, and on which day."""

    provider: str
    on: date
    waivers: Sequence[Waiver] = ()
    attestations: Sequence[Attestation] = ()

    @classmethod
    def in_run(cls, header: Mapping[str, Any], waivers: Sequence[Waiver], attestations: Sequence[Attestation]) -> Accepted:
        """What holds for the provider and on the day of a run."""
        on = datetime.fromisoformat(header["started"]).date()
        return cls(provider=header["provider"]["name"], on=on, waivers=waivers, attestations=attestations)

    @property
    def own_waivers(self) -> list[Waiver]:
        """Those for this provider."""
        return [waiver for waiver in self.waivers if waiver.provider == self.provider]

    def row(self, row: Row) -> Row:
        """The row as it stands with what was accepted."""
        if row.status in WAIVABLE and (waiver := self._waiver(row)):
            if undecided := [case for case in row.cases if case.status in OPEN]:  # the waiver covers the red cases alone
                worst = min(undecided, key=lambda case: OPEN.index(case.status))
                return Row(asked=row.asked, status=worst.status, because=worst.because, blame=worst.blame, cases=row.cases)
            because = f"{waiver.owner} accepts it until {waiver.until}: {waiver.reason} ({row.because})"
            return Row(asked=row.asked, status=Status.WAIVED, because=because, blame=row.blame, cases=row.cases)
        if row.asked.settled is Status.NOT_RUN and row.asked.attestable and (said := self._attestation(row.asked.id)):
            because = f"{said.by} vouches for it since {said.on}, until {said.until}: {said.link}"
            return Row(asked=row.asked, status=Status.ATTESTED, because=because, blame=None, cases=row.cases)
        return row

    def findings(self, rows: Sequence[Row]) -> tuple[str, ...]:
        """What is stale among waivers and attestations, by the rows as they were before; a sentence each."""
        found = {row.asked.id: row for row in rows}
        said = [self._stale(waiver, found.get(waiver.row)) for waiver in self.waivers if waiver.provider == self.provider]
        said += [self._outdated(entry) for entry in self.attestations if entry.row in found]
        if others := sorted({waiver.provider for waiver in self.waivers} - {self.provider}):
            said.append(f"there are waivers for other providers, which excuse nothing here: {', '.join(others)}")
        return tuple(filter(None, said))

    def _waiver(self, row: Row) -> Waiver | None:
        this = signature(row)
        for waiver in self.waivers:
            if (waiver.row, waiver.provider, waiver.failure) == (row.asked.id, self.provider, this) and self.on <= waiver.until:
                return waiver
        return None

    def _attestation(self, id: str) -> Attestation | None:
        return next((entry for entry in self.attestations if entry.row == id and entry.on <= self.on <= entry.until), None)

    def _stale(self, waiver: Waiver, row: Row | None) -> str:
        who = f"the waiver of {waiver.owner} for {waiver.row}"
        if row is None or row.status in OPEN:
            return ""  # another phase or scope asks for the row, or nothing was proved of it
        if row.status not in WAIVABLE:
            return f"{who} is not needed: the row is {row.status.value.replace('_', ' ')}"
        if waiver.failure != signature(row):
            return f"{who} covers another failure ({waiver.failure}); now it is {signature(row)}: {row.because}"
        return f"{who} ended on {waiver.until}" if self.on > waiver.until else ""

    def _outdated(self, entry: Attestation) -> str:
        if self.on > entry.until:
            return f"the attestation of {entry.by} for {entry.row} ended on {entry.until}"
        return f"the attestation of {entry.by} for {entry.row} begins on {entry.on}" if self.on < entry.on else ""


def signature(row: Row) -> str:
    """What tells a failure of a row from another one: its red cases and their sentences, as twelve digits.

    The same by another mode is the same failure: replay asks by each, and live traffic plainly.
    """
    red = [(_BY_MODE.sub("", case.id), case.status.value, steady(case.because)) for case in row.cases if case.status in WAIVABLE]
    told = sorted(set(red)) or [(row.asked.id, row.status.value, steady(row.because))]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:12]
