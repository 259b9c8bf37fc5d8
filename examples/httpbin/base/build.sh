#!/bin/sh
# The base image, out of Debian's own packages on this machine: nothing is pulled from an image registry.
#   base/build.sh [IMAGE]     IMAGE: a local Debian image with python3 (else debootstrap makes one; needs root)
# python3 and the libraries that it loads, about 60 MB. Once per machine.
set -eu
name=runsheet-base/python:3.11
image=${1:-}
if [ -z "$image" ]; then
  image=$name-debian root=$(mktemp -d)
  trap 'rm -rf "$root"' EXIT
  debootstrap --variant=minbase --include=python3,ca-certificates bookworm "$root"
  tar -C "$root" -c . | docker import - "$image"
fi
# shellcheck disable=SC2016 -- for the shell in the container
docker run --rm --network none "$image" sh -c 'tar -c --dereference --hard-dereference --exclude=__pycache__ \
  /usr/bin/python3 /usr/lib/python3 /usr/lib/python3.11 /etc/ssl /etc/passwd \
  $({ ldd /usr/bin/python3 /usr/lib/python3.11/lib-dynload/*.so | grep -o "/[^ ]*\.so[^ ]*"
      dpkg -L libc6 libgcc-s1 libstdc++6 | grep "^/lib.*\.so"; } | sort -u) 2>/dev/null' |
  docker import -c 'ENV PATH=/usr/bin' - "$name"
