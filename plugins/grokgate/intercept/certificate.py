"""What a loopback server shows to clients that speak TLS: a certificate of the user's, or one made for the run."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

NAMES = ("127.0.0.1", "localhost", "api.x.ai")
"""Whom a certificate of ours speaks for: xAI too, for clients that are led here by its name."""


class UnusableCertificate(ValueError):
    """The files of a certificate that cannot be used, and why."""


def of_files(certificate: Path, key: Path) -> ssl.SSLContext:
    """A server that shows the certificate in a PEM file. Raises ``UnusableCertificate``."""
    context = _context()
    try:
        context.load_cert_chain(certificate, key, password="")  # else OpenSSL asks for one on the terminal
    except OSError as error:
        missing = next((path for path in (certificate, key) if not path.is_file()), None)
        told = f"there is no file {missing}" if missing else f"OpenSSL says: {error.strerror or error}"
        raise UnusableCertificate(f"the certificate {certificate} with the key {key} cannot be used; {told}") from None
    return context


@contextmanager
def made_for_the_run() -> Iterator[tuple[ssl.SSLContext, Path]]:
    """A server that shows a certificate of a new authority, and the PEM file of that authority; it is gone afterwards.

    The authority's key is never written, so nobody can sign by it later.
    """
    import trustme  # late: it brings cryptography, which takes long to load

    authority, context = trustme.CA(), _context()
    authority.issue_cert(*NAMES).configure_cert(context)
    with TemporaryDirectory(prefix="grokgate-") as folder:
        file = Path(folder) / "ca.pem"
        authority.cert_pem.write_to_path(file)
        yield context, file


def _context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    return context
