#!/usr/bin/env bash
# Runs the demonstration and holds its numbers to what the README promises. One line per promise.
set -uo pipefail
out=.cache/ci/demo.json
npm run --silent demo -- --json > "$out" || { echo "FAIL the demo ends with $?"; exit 1; }
node - "$out" <<'JS'
const { aucJoint, aucPooled, partners, log, data } = JSON.parse(require("fs").readFileSync(process.argv[2], "utf8"));
const smallest = partners.reduce((a, b) => (b.rows < a.rows ? b : a));
const gain = smallest.aucJoint - smallest.aucAlone;
const promises = [
  // The generated rows have a truth of their own, which the tests hold them to; what was published is of the public ones.
  [data === "generated" || aucJoint >= 0.777, `the joint model's AUC is ${aucJoint} (${data} rows${data === "generated" ? "" : ", at least 0.777"})`],
  [Math.abs(aucJoint - aucPooled) <= 0.0005, `it differs from that of pooled rows by ${Math.abs(aucJoint - aucPooled)} (at most 0.0005)`],
  [gain >= 0.05, `${smallest.name}, the smallest, gains ${gain} (at least 0.05)`],
  [log.verified === true && log.sumsRecomputed > 0, `the log verifies, ${log.sumsRecomputed} sums computed again`],
];
for (const [holds, says] of promises) console.log(`${holds ? "ok  " : "FAIL"} ${says}`);
process.exitCode = promises.every(([holds]) => holds) ? 0 : 1;
JS
