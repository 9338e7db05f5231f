#!/bin/sh
# Has a log made by our store judged by foreign tools: golang.org/x/mod/sumdb/note, transparency-dev/merkle and formats, Tessera's fsck.
# Prints one line per check, exits non-zero if one failed. Needs Go, and once the network for its modules.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
node="$root/node_modules/.bin/node"
[ -x "$node" ] || node=node
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$node" "$root/protocol/test/interop/make-log.mjs" "$work"
cd "$root/protocol/test/interop"
go build -o "$work/interop" .
timeout 120 "$work/interop" "$work" 2>"$work/stderr" || { cat "$work/stderr" >&2; exit 1; }
