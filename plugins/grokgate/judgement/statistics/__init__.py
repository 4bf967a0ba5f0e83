"""What a number of calls shows about rates and latencies: exact intervals and tests, and looks that keep their level."""

CONFIDENCE = 0.95
