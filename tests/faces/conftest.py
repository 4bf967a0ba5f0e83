"""What several faces are tested with: live gates against a stand-in, since no test of ours calls api.x.ai."""

import pytest

from grokgate.intercept.stand_in import StandIn


@pytest.fixture
def live(grokgate, operators_key):
    """Judges a provider live, against a stand-in that plays what is asked; gives what ran, and what the stand-in saw."""

    def run(*words, rows=(), phase="3", key=operators_key, **plays):
        with StandIn(tls=True, key=operators_key, **plays) as xai:
            address = {"XAI_BASE_URL": xai.base_url, "SSL_CERT_FILE": str(xai.ca_file), "XAI_API_KEY": key}
            only = [word for row in rows for word in ("--only", row)]
            ran = grokgate("live", "--phase", phase, "--reports", "reports", *only, *words, **address)
            return ran, xai.requests

    return run
