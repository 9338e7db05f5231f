import type { GateReport, ReportedCheck } from "./report.js";

/** A gate's report as JUnit XML, which build servers show: one case for each check, a warning as a case that passed with a word. */
export function junitOf({ feed, at, rows, checks }: GateReport): string {
  const failures = checks.filter(({ outcome }) => outcome === "fail").length;
  const skipped = checks.filter(({ outcome }) => outcome === "unmeasured").length;
  return [
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
    `<testsuite name=${attribute(`quality of ${feed}`)} tests="${checks.length}" failures="${failures}" errors="0" skipped="${skipped}" timestamp=${attribute(at)}>`,
    `  <properties><property name="rows" value="${rows}"/></properties>`,
    ...checks.map((check) => caseOf(feed, check)), "</testsuite>", "",
  ].join("\n");
}

function caseOf(feed: string, { rule, column, outcome, asks, source, says, wouldPass }: ReportedCheck): string {
  const head = `  <testcase classname=${attribute(column === null ? feed : `${feed}.${column}`)} name=${attribute(`${rule} (${source})`)}`;
  switch (outcome) {
    case "pass": return `${head}/>`;
    case "warn": return `${head}><system-out>${escaped(says)}</system-out></testcase>`;
    case "unmeasured": return `${head}><skipped message=${attribute(says)}/></testcase>`;
    case "fail": return `${head}><failure type=${attribute(rule)} message=${attribute(says)}>${escaped(`asked: ${asks}; would pass: ${wouldPass ?? "nothing"}`)}</failure></testcase>`;
  }
}

function attribute(text: string): string {
  return `"${escaped(text)}"`;
}

/** XML 1.0 has no control characters but three, and no lone surrogates, not even escaped (§2.2). */
function escaped(text: string): string {
  const plain = text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu, "\ufffd");
  return plain.replace(/[&<>"'\t\n\r]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
