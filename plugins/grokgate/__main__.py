"""``python -m grokgate``, for a checkout that is not installed: ``PYTHONPATH=plugins python -m grokgate check``."""

from grokgate.faces.cli import main

main()
