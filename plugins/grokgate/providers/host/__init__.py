"""The host: a provider in a process of its own, with its own interpreter, packages and environment variables.

``process`` is the parent's side, ``main`` the script that the provider's interpreter runs, ``channel`` the pipe between
them, ``reply`` what may be said on it, ``hurry`` what cuts long waits short, and ``environment`` makes interpreters. What they
say to each other is newline-delimited JSON, described by ``formats/schemas/host-protocol.schema.json``; a host in any other
language speaks the same.
"""
