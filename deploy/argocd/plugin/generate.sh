#!/bin/sh
# Builds the kustomization of an Application to stdout. Nothing is looked up, so that the result is a function of the commit; and nothing
# comes out unless every Process has its workers and its pinned definition.
set -eu
export AMEIDE_PROCESS_FROZEN=1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
kustomize build --enable-alpha-plugins --enable-exec . >"$scratch/rendered.yaml"
# The last Process may go: nothing is rendered from nothing. Whether that is synced is the Application's allowEmpty to say.
if [ -s "$scratch/rendered.yaml" ] || [ -n "$(kustomize build --enable-alpha-plugins .)" ]; then
  ameide-process verify --rendered "$scratch/rendered.yaml" >"$scratch/table"
fi
cat "$scratch/rendered.yaml"
