"""grokgate: a conformance gate for providers of xAI's Grok models.

The package is a house of floors (see ARCHITECTURE.md); a module imports only from floors below its own::

    faces  ->  judgement  ->  providers  ->  intercept  ->  upstream  ->  formats  ->  values

Importing ``grokgate`` imports nothing else: the plugin is installed beside other people's tests.
"""

__version__ = "0.1.0"
