#!/usr/bin/env bash
# Does by hand what the Dockerfiles' last two stages do, because there may be no container engine: production packages alone, built files, and
# the command each image starts with. Settings are missing on purpose: a refusal without a stack shows that the rest was found.
set -uo pipefail
image=$(mktemp -d)
trap 'rm -rf "$image"' EXIT
node=$PWD/node_modules/.bin/node

cp package.json package-lock.json .npmrc "$image/"
for workspace in crypto protocol coordinator node cli examples bench; do
  mkdir -p "$image/$workspace" && cp "$workspace/package.json" "$image/$workspace/"
done
(cd "$image" && npm ci --omit=dev --ignore-scripts --no-audit --no-fund --loglevel=error) || { echo "FAIL npm ci --omit=dev"; exit 1; }
for workspace in crypto protocol coordinator node cli; do cp -r "$workspace/dist" "$image/$workspace/dist"; done

status=0
for role in coordinator node; do
  (cd "$image/cli" && "$node" --input-type=module --eval "await import('@cohortium/$role/start')") \
    || { echo "FAIL the $role image lacks a package"; status=1; continue; }
  mkdir "$image/data-$role"
  says=$(cd "$image/data-$role" && timeout 60 "$node" "$image/cli/dist/main.js" "$role" start --folder "$image/data-$role" 2>&1)
  ended=$?
  if [ "$ended" -eq 2 ] && ! grep -q "ERR_MODULE_NOT_FOUND\|    at " <<< "$says"; then
    echo "ok   the $role image starts its program, which asks for settings"
  else
    echo "FAIL the $role image: exit $ended: $says"
    status=1
  fi
done
exit $status
