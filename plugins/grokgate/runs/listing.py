"""``grokgate providers``: who can be put under test."""

from __future__ import annotations

from grokgate.formats.document import BadDocument
from grokgate.providers import description

REFERENCE = "reference"
"""Who is judged where nobody names a provider: grokgate's own model of a right one."""
HOW = """
Another one is named by the TOML file that describes it, by module:Class or file.py:Class, or by an entry point of the
group grokgate.providers. Ten lines are enough: docs/your-own-provider.md."""


class NotFound(ValueError):
    """A name leads to no provider: one sentence that says why."""


def found(spec: str) -> description.Description:
    """The provider that ``spec`` names. Raises ``NotFound``, also where the provider's own module fails or exits."""
    try:
        return description.find_provider(spec)
    except (description.UnknownProvider, BadDocument) as refused:
        raise NotFound(str(refused)) from None
    except (Exception, SystemExit) as error:
        raise NotFound(f"{spec} cannot be imported: {type(error).__name__}: {error}") from error


def bundled() -> str:
    """The bundled providers, a line each."""
    lines = [f"{'name':<12} {'kind':<12} {'runs':<11} claims"]
    for known in description.bundled():
        where = ", ".join(known.requirements) or known.vehicle
        lines.append(f"{known.name:<12} {known.kind:<12} {known.vehicle:<11} {' '.join(known.claims)}")
        lines.append(f"{'':<12} {known.title} ({where})")
    return "\n".join(lines) + "\n" + HOW


def broken() -> str:
    """The mutants, a line each."""
    from grokgate.runs.mutants import mutants

    lines = [f"  mutant:{mutant.name:<36} {mutant.doc.splitlines()[0]}" for mutant in mutants()]
    return "\nBroken on purpose, one fault each:\n" + "\n".join(lines)
