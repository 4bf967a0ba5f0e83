"""What changed between runs: in rows, in what left, in what answered, and in the question itself. Pure."""

from grokgate.reports.change.comparison import Comparison, Run, compare
from grokgate.reports.change.trend import Trend, trend

__all__ = ["Comparison", "Run", "Trend", "compare", "trend"]
