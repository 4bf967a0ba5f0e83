#!/usr/bin/env bash
# The harness' own tests, linters and type checker, from a clean checkout, in an environment of its own (.tox).
# Needs bash and Python 3.11 or later. Python 3.13 is tested too, where it is installed; 3.12 with -e py312.
#
#   ./run_tests.sh                 everything that CI runs
#   ./run_tests.sh -e py311        one tox environment; arguments go to tox
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here"
. "$here/.ci/python.sh"
if command -v pyenv >/dev/null; then  # its other interpreters are installed, but only the chosen one is on the PATH
  for interpreter in "$(pyenv root)"/versions/3.1[123].*/bin; do PATH="$PATH:$interpreter"; done
fi
if [ ! -x .tox/runner/bin/tox ]; then
  echo "grokgate: making an environment for tox in .tox/runner (once; about 10 s)" >&2
  "$python" -m venv .tox/runner
  .tox/runner/bin/python -m pip install --quiet --disable-pip-version-check 'tox>=4.30' 'tox-uv>=1.28'
fi
exec .tox/runner/bin/tox "$@"
