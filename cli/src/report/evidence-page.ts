import type { Json } from "@cohortium/crypto/canonical-json";
import { itemsOf, memberOf } from "@cohortium/crypto/json-member";
import { budgetShare } from "@cohortium/protocol/charter/budget-share";
import type { MonthEvidence } from "../answers/evidence.js";
import { epsilonAt, SHARES_ARE } from "../show/budget.js";
import { privacyText } from "../show/egress.js";
import { bytes, count, short } from "../text/amounts.js";
import { chartSvg, ticks, type Chart } from "./chart.js";
import { markup, type Markup } from "./markup.js";
import { STYLE } from "./style.js";

/** A month's evidence as one HTML page that needs no server, no script and no other file. No value of a row stands in it. */
export function evidencePage(month: MonthEvidence, version: string): string {
  const { party, month: name, madeAt, isWhole } = month;
  return markup`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${party}, ${name}: what ran, who allowed it, what left</title>
<style>${STYLE}
td, th { text-align: left; white-space: normal; vertical-align: top; } td.n, th.n { text-align: right; white-space: nowrap; }</style></head><body><main>
<h1>Evidence of ${party} for ${name}</h1>
<p class="says">${summary(month)}</p>
${isWhole ? markup`` : markup`<p class="says"><strong>The month was not over when this was made, at ${madeAt}.</strong></p>`}
${month.log.distrust === null ? markup`` : markup`<p class="says"><strong>This node distrusts the coordinator's log: ${month.log.distrust}.</strong></p>`}
${sessions(month)}
${charters(month)}
${egressed(month)}
${cost(month)}
${refusals(month)}
${people(month)}
${verifying(month, version)}
</main></body></html>
`.text;
}

function summary({ sessions: ran, egress, charters: allowed, refusals: refused, deletions }: MonthEvidence): string {
  return `${plural(ran.length, "session")} ran under ${plural(allowed.length, "charter")}. ${plural(egress.messages, "message")} of ${bytes(egress.bytes)} left this node, to ${egress.recipients.map(({ recipient }) => recipient).join(", ") || "nobody"}. ${plural(refused.length, "request")} ${refused.length === 1 ? "was" : "were"} refused, ${plural(deletions.length, "person", "people")} removed. Rows did not leave: what left is listed below by kind, and every line of it in the node's ledger.`;
}

function sessions({ sessions: ran, charters: allowed }: MonthEvidence): Markup {
  const purpose = (digest: string) => allowed.find((charter) => charter.digest === digest)?.purpose ?? "";
  const rows = ran.map(({ session, charter, asked, ended, outcome, says, result, vectors, bytes: size, madeBeforeDeletions }) => [
    code(session), asked, purpose(charter), ended ?? "not over", `${outcome}${says === "" ? "" : `: ${says}`}${madeBeforeDeletions.length === 0 ? "" : `; made before a deletion of ${madeBeforeDeletions.join(", ")}`}`,
    result === null ? "" : code(result), count(vectors), count(size),
  ]);
  return section("What ran", ["session", "what was asked", "purpose", "ended", "outcome", "model or answer", "vectors", "bytes"], rows, "Nothing ran in this month.");
}

function charters({ charters: allowed, party }: MonthEvidence): Markup {
  if (allowed.length === 0) return markup`<h2>Who allowed it</h2><p>No charter was in force.</p>`;
  return markup`<h2>Who allowed it</h2>${allowed.map((charter) => markup`<h3>${charter.name ?? short(charter.digest)}</h3>
<table class="ids"><tr><th>charter</th><td>${code(charter.digest)}</td></tr><tr><th>purpose</th><td>${charter.purpose ?? ""}</td></tr>
<tr><th>questions</th><td>${questionsText(charter.questions, charter.statistics)}</td></tr><tr><th>in force</th><td>${charter.notBefore ?? ""} to ${charter.expires ?? ""}</td></tr>
<tr><th>privacy</th><td>${mechanismText(charter.mechanism)}; ${budgetText(charter.budget)}</td></tr>
<tr><th>proposed</th><td>by ${charter.operator ?? ""} at ${charter.proposedAt}, entry ${code(charter.proposal)}</td></tr>
${charter.signatures.map((signature) => markup`<tr><th>${signature.party === party ? "this company" : signature.party}</th><td>signed at ${signature.at}, entry ${code(signature.entry)}</td></tr>`)}</table>`)}`;
}

/** The charter's own words, whatever their version. */
function questionsText(questions: Json, statistics: Json): string {
  const trained = itemsOf(questions).map((question) => `${textIn(question, "id")} (${textIn(memberOf(question, "model"), "kind")})`);
  const asked = itemsOf(memberOf(statistics, "kinds")).flatMap((kind) => (typeof kind === "string" ? [kind] : []));
  return [...trained, ...(asked.length === 0 ? [] : [`statistics: ${asked.join(", ")}`])].join("; ");
}

function mechanismText(mechanism: string | null): string {
  return mechanism === "none" ? "exact sums, no noise" : mechanism === "discrete-gaussian" ? "noise from every company (discrete Gaussian)" : mechanism ?? "not known";
}

/** The charter's own numbers, whatever its version: where sums are exact it limits their number alone. */
function budgetText(budget: Json): string {
  const [epsilon, delta, reserve, most] = ["epsilon", "delta", "reserveShare", "releasesMax"].map((name) => memberOf(budget, name));
  const kept = typeof reserve === "number" && reserve > 0 ? `, the last ${Number((reserve * 100).toFixed(2))} % of it in reserve` : "";
  const privacy = typeof epsilon === "number" && typeof delta === "number" ? `ε ${epsilon} at δ ${delta.toExponential()} in all${kept}; ` : "";
  return `budget: ${privacy}${typeof most === "number" ? `at most ${count(most)} sums` : "not known"}`;
}

function textIn(json: Json | undefined, name: string): string {
  const member = memberOf(json, name);
  return typeof member === "string" ? member : "";
}

function egressed({ egress, month }: MonthEvidence): Markup {
  const kinds = egress.kinds.map(({ kind, meaning, messages, bytes: size }) => [kind, meaning, count(messages), count(size)]);
  const recipients = egress.recipients.map(({ recipient, messages, bytes: size }) => [recipient, count(messages), count(size)]);
  const lines = egress.firstLine === null ? markup`` : markup`<p>Lines ${egress.firstLine} to ${egress.lastLine ?? 0} of the ledger: <code>cohortium egress show --from ${month}-01</code>; any of them in full: <code>cohortium egress decode LINE</code>.</p>`;
  return markup`${section("What left", ["kind", "meaning", "messages", "bytes"], kinds, "Nothing left this node.")}
${egress.days.length === 0 ? markup`` : markup`<div class="charts">${chartSvg(daysChart(egress.days, month))}</div>`}
${recipients.length === 0 ? markup`` : tableOf(["to", "messages", "bytes"], recipients)}
${lines}`;
}

const DAYS = 31;

function daysChart(days: MonthEvidence["egress"]["days"], month: string): Chart {
  const points = days.map(({ day, bytes: size }) => ({ x: Number(day.slice(8, 10)), y: size, low: size, high: size }));
  const most = Math.max(1, ...points.map(({ y }) => y));
  const busiest = points.find(({ y }) => y === most)?.x ?? 0;
  return {
    title: "Bytes that left, by day", says: `Most left on day ${busiest}: ${bytes(most)}.`,
    x: { label: `day of ${month}`, min: 0, max: DAYS + 1, ticks: [1, 8, 15, 22, 29].map((at) => ({ at, says: String(at) })) },
    y: { label: "bytes", min: 0, max: most, ticks: ticks(0, most, 4, (at) => bytes(at)) },
    marks: [{ kind: "bars", style: "joint", width: 0.8, points }],
  };
}

function cost({ privacy, charters: allowed }: MonthEvidence): Markup {
  if (privacy === null) return markup`<h2>What it cost</h2><p>This node keeps no account of privacy: its charters have exact sums.</p>`;
  const name = (digest: string) => allowed.find((charter) => charter.digest === digest)?.name ?? short(digest);
  const rows = privacy.map((spent) => [
    name(spent.charter), count(spent.sums), spentText(spent.nanoRho, spent), spentText(spent.nanoRhoInAll, spent), epsilonText(spent), reserveText(spent),
  ]);
  return markup`${section("What it cost", ["charter", "sums charged", "in this month", "in all until its end", "that is", "in reserve beside it"], rows, "Nothing was charged.")}
${rows.length === 0 ? markup`` : markup`<p>${SHARES_ARE}</p>`}`;
}

type Spent = NonNullable<MonthEvidence["privacy"]>[number];

function spentText(nanoRho: number, { budgetNanoRho }: Spent): string {
  return budgetNanoRho === null ? privacyText(nanoRho) : `${budgetShare(nanoRho, budgetNanoRho)} (${privacyText(nanoRho)})`;
}

/** What all of it may tell of one row. */
function epsilonText({ epsilonInAll, epsilon, delta, nanoRhoInAll }: Spent): string {
  if (nanoRhoInAll > 0 && epsilonInAll === null) return "not known: this version cannot read the charter";
  return epsilonInAll === null || epsilon === null || delta === null ? "exact sums, which have no ε" : `${epsilonAt(epsilonInAll, delta)} of ε ${epsilon}`;
}

function reserveText({ budgetNanoRho, reserveNanoRho }: Spent): string {
  return budgetNanoRho === null || reserveNanoRho === null || reserveNanoRho === 0 ? "nothing" : budgetShare(reserveNanoRho, budgetNanoRho);
}

function refusals({ refusals: refused }: MonthEvidence): Markup {
  return section("What this node refused", ["at", "session", "why", "line"], refused.map(({ at, session, says, line }) => [at, code(session), says, count(line)]), "Nothing was refused.");
}

function people({ deletions, leftOut }: MonthEvidence): Markup {
  const removed = deletions.map(({ id, at, rowsThen }) => [code(id), at, rowsThen === null ? "not counted" : count(rowsThen)]);
  const left = leftOut.filter(({ code: why }) => WHY_LEFT_OUT[why] !== undefined).map(({ session, code: why, column, count: rows }) => [code(session), WHY_LEFT_OUT[why] ?? "", column, count(rows)]);
  return markup`${section("People who were removed", ["receipt", "at", "rows then"], removed, "Nobody was removed in this month.")}
${section("Rows that took no part", ["session", "why", "by column", "rows"], left, "No row was left out for its person's sake.")}`;
}

const WHY_LEFT_OUT: Readonly<Record<string, string>> = { DATA_DELETED: "removed at this node", DATA_NO_CONSENT: "no consent" };

function verifying({ keys, log, versions, party, month, charters: allowed }: MonthEvidence, version: string): Markup {
  const logKeys = [...new Set(allowed.flatMap(({ logKey }) => (logKey === null ? [] : [logKey])))];
  return markup`<h2>How to check it</h2>
<p>This page is signed by the node's own key; the signature stands in the file beside it. <code>cohortium evidence verify FILE --key-of CHARTER</code> tells whether a byte was changed, on any machine. What ran and who allowed it stand in the coordinator's log too, which others keep: <code>cohortium audit verify FOLDER --checkpoint FILE</code>, with the checkpoint below. What left is this node's own account of itself; that no value of a marked row turns up in what leaves, in a rehearsal, <code>cohortium egress canary --prove</code> shows.</p>
<table class="ids"><tr><th>signing key of ${party}</th><td>${code(keys.signing)}</td></tr><tr><th>witness key</th><td>${code(keys.witness)}</td></tr>
${logKeys.map((key) => markup`<tr><th>log key</th><td>${code(key)}</td></tr>`)}
<tr><th>log entries seen</th><td>${count(log.size)}</td></tr><tr><th>month</th><td>${month}, in UTC</td></tr>
<tr><th>versions</th><td>page by cohortium ${version}; ${Object.entries(versions).map(([name, value]) => `${name} ${value}`).join(", ")}</td></tr></table>
${log.checkpoint === "" ? markup`` : markup`<pre>${log.checkpoint}</pre>`}`;
}

type Cell = string | Markup;

function section(title: string, heads: readonly string[], rows: readonly (readonly Cell[])[], empty: string): Markup {
  return markup`<h2>${title}</h2>${rows.length === 0 ? markup`<p>${empty}</p>` : tableOf(heads, rows)}`;
}

const NUMBERS: ReadonlySet<string> = new Set(["messages", "bytes", "vectors", "rows", "rows then", "line", "sums charged", "in this month", "in all until its end"]);

function tableOf(heads: readonly string[], rows: readonly (readonly Cell[])[]): Markup {
  const kind = (i: number) => (NUMBERS.has(heads[i] ?? "") ? "n" : "");
  return markup`<table><tr>${heads.map((head, i) => markup`<th class="${kind(i)}">${head}</th>`)}</tr>
${rows.map((row) => markup`<tr>${row.map((cell, i) => markup`<td class="${kind(i)}">${cell}</td>`)}</tr>`)}</table>`;
}

function code(text: string): Markup {
  return markup`<code>${text}</code>`;
}

function plural(number: number, noun: string, many = `${noun}s`): string {
  return `${count(number)} ${number === 1 ? noun : many}`;
}
