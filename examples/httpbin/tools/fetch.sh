#!/bin/sh
# Lays httpbin in the version of this run, with what it needs, into build/site: v0.10.4 is 0.10.4 on PyPI.
# Wheels for the base image's Python, whatever this machine has.
set -eu
version=${RUNSHEET_VERSION#v} machine=$(uname -m)
rm -rf build && mkdir -p build
python3 -m pip install --quiet --disable-pip-version-check --no-compile --only-binary=:all: \
  --python-version 3.11 --implementation cp --platform "manylinux2014_$machine" --platform "manylinux_2_28_$machine" \
  --target build/site "httpbin==$version" 'gunicorn>=23,<28'
cp Dockerfile build/
