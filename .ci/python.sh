# To be sourced: sets $python to a Python of 3.11 or later; PYTHON names one, else the PATH is searched.
python=${PYTHON:-}
for candidate in python3 python3.13 python3.12 python3.11; do
  [ -n "$python" ] && break
  if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python=$candidate; fi
done
if [ -z "$python" ]; then
  echo "grokgate: needs Python 3.11 or later on the PATH; set PYTHON to name one" >&2
  exit 2
fi
