"""Recordings that other tools made: one module per format, and ``reader``, which tells them apart.

A format is a module with ``NAME``, ``fits`` (whether a parsed document is of that format), ``entries`` (its exchanges, unread),
``url`` (where one of them went) and ``capture`` (one of them, read). ``field`` gives values with their place, so that a
refusal names it and never quotes what stands there: a recording may hold secrets.
"""
