#!/bin/sh
# Lays httpbin in the version of this run, with what it needs, into build/site: v0.10.2 is 0.10.2 on PyPI.
set -eu
version=${RUNSHEET_VERSION#v}
rm -rf build && mkdir -p build/site
python3 -m pip install --quiet --disable-pip-version-check --no-compile --target build/site \
  "httpbin==$version" 'gunicorn>=23,<28'
cp Dockerfile build/
