"""A checkout runs the plugin from ``plugins``; pyproject.toml puts that folder on the path. Installed, nothing needs this."""

pytest_plugins = ["grokgate.faces.plugin"]
