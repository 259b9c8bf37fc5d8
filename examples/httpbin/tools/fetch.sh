#!/bin/sh
# Lays httpbin in the version of this run, with what it needs, into build/site: v0.10.4 is 0.10.4 on PyPI.
# Wheels for the base image's Python, whatever this machine has; Flask as it was when httpbin's 0.10 came out.
set -eu
version=${RUNSHEET_VERSION#v} machine=$(uname -m)
rm -rf build && mkdir -p build
python3 -m pip install --quiet --disable-pip-version-check --no-compile --only-binary=:all: \
  --python-version 3.11 --implementation cp --platform "manylinux2014_$machine" --platform "manylinux_2_28_$machine" \
  --target build/site "httpbin==$version" 'gunicorn>=23,<28' 'flask<2.3' 'werkzeug<2.3'
cp Dockerfile build/
