#!/bin/sh
# The base image, built on this machine from Debian's packages: nothing is pulled from an image registry.
#   base/build.sh [FOLDER]     FOLDER: a Debian tree with python3 that is there already (else debootstrap makes one)
# Needs root and a Docker engine; once per machine, about a minute.
set -eu
name=runsheet-base/python:3.11
root=${1:-}
if [ -z "$root" ]; then
  root=$(mktemp -d)
  trap 'rm -rf "$root"' EXIT
  debootstrap --variant=minbase --include=python3,ca-certificates bookworm "$root"
fi
tar -C "$root" --exclude=./proc/* --exclude=./sys/* --exclude=./dev/* -c . | docker import - "$name"
