"""``grokgate soak``: many calls of a provider on the workers of Locust, each counted once.

The package runs in processes of its own (``python -m grokgate.runs.soak``), since gevent has to be there before all else.
"""
