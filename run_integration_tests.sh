#!/usr/bin/env bash
# Judges a provider for a rollout phase, from a clean checkout: makes its own environment, installs, replays the gate.
#
#   ./run_integration_tests.sh --provider my-grok.toml --phase 2    a provider of yours; all options: --help
#   ./run_integration_tests.sh --provider pal -- -n 2               what stands behind -- goes to pytest
#   ./run_integration_tests.sh                                      grokgate's own reference, which proves grokgate alone
#
# Needs bash and Python 3.11 or later, nothing else; PYTHON names another interpreter. Nothing is sent to xAI.
# Exit codes: 0 go, 1 no-go, 10 inconclusive, 2 wrong use, 3 the harness itself failed.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
environment="$here/.gate"  # not .venv, which is yours, and where tox-uv leaves a pointer of its own

if [ -n "${GROKGATE_ENVIRONMENT:-}" ]; then  # one that has all that pyproject.toml names; grokgate is that of this checkout
  export PYTHONPATH="$here/plugins${PYTHONPATH:+:$PYTHONPATH}"
  exec "$GROKGATE_ENVIRONMENT/bin/python" -m grokgate check "$@"
fi

. "$here/.ci/python.sh"

# The environment is made anew where what it is made from has changed.
made_from=$("$python" -c 'import hashlib, pathlib, sys; print(sys.version_info[:2], hashlib.sha256(pathlib.Path(sys.argv[1]).read_bytes()).hexdigest())' "$here/pyproject.toml")
if [ "$(cat "$environment/made-from" 2>/dev/null)" != "$made_from" ]; then
  if [ -e "$environment" ] && [ ! -e "$environment/of-grokgate" ]; then
    echo "grokgate: .gate is there, and not of grokgate's making; move it away, since the gate runs in one of its own" >&2
    exit 2
  fi
  echo "grokgate: making an environment in .gate (once; about 20 s)" >&2
  rm -rf "$environment"
  mkdir "$environment"
  touch "$environment/of-grokgate"
  "$python" -m venv "$environment"
  if ! "$environment/bin/python" -m pip install --quiet --disable-pip-version-check --editable "$here" >"$environment/install.log" 2>&1; then
    tail -n 12 "$environment/install.log" >&2
    echo "grokgate: the installation failed; is a package index within reach? The whole output: .gate/install.log" >&2
    exit 3
  fi
  printf '%s\n' "$made_from" >"$environment/made-from"
fi
exec "$environment/bin/grokgate" check "$@"
