import { parsePartyId, type PartyId } from "@cohortium/protocol/session/ids";
import { World } from "@cohortium/protocol/testing/world";
import { encodeFromNode } from "@cohortium/protocol/wire/from-node";
import type { LocalRows } from "@cohortium/node/data/local-rows";
import type { Query } from "@cohortium/protocol/statistics/query";
import { TERMS } from "../cast.js";
import { collectGarbage, nowMs } from "../measure.js";
import { column, three, times, type Row, type Section } from "../section.js";
import { answerHere, customersOf, planOf, queriesAt, wordsOf } from "./asked.js";

const ROWS = 2_000;
const NANO_RHO = 20_000_000;

/** Each kind of question to 3 … 50 companies: all machines in one process, beside nothing but counting. */
export function measureQuestions(quick: boolean): Section {
  const rows: Row[] = [];
  for (const parties of quick ? [3, 10] : [3, 10, 25, 50]) {
    const companies = Array.from({ length: parties }, (_, company) => customersOf(company, ROWS));
    for (const query of Object.values(queriesAt(NANO_RHO))) rows.push(measured(query, companies));
  }
  return {
    title: `1. A question to many companies of ${ROWS} rows: every machine, one after the other, on one thread`,
    notes: [
      "session = set-up, sums, agreement, answer and log of all companies and the coordinator together; ratio = session ÷ counting.",
      "counting = the same answer of the same rows with noise, without masks, letters and log. Networks and disks are in neither.",
      "sent = letters and masked numbers of one company, before signatures and frames; most of it is the set-up, which grows with the companies.",
    ],
    columns: [
      column("question", "question"), column("parties", "companies"), column("sums", "sums"), column("words", "numbers"), column("sessionMs", "session ms", three),
      column("countingMs", "counting ms", three), column("ratio", "ratio", times), column("perCompanyMs", "ms a company", three), column("sentKB", "sent kB", three),
    ],
    rows,
  };
}

function measured(query: Query, companies: readonly LocalRows[]): Row {
  const plan = planOf(query, companies.length, ROWS);
  const names = companies.map((_, i) => parsePartyId(`party-${String(i + 1).padStart(2, "0")}`));
  const rowsOf = new Map<PartyId, LocalRows>(names.map((name, i) => [name, companies[i] ?? customersOf(i, ROWS)]));
  answerHere(companies, plan, "warm-up");
  const counted = timed(() => answerHere(companies, plan, "cost"));
  let sent = 0;
  const session = timed(() => {
    const world = new World({
      seed: 7, names, terms: { ...TERMS, minimumParties: 3, quorum: Math.floor((2 * names.length) / 3) + 1 }, plan,
      answer: (party, { scene }) => {
        const rows = rowsOf.get(party);
        if (rows === undefined || scene.kind !== "statistic") throw new Error("another question than was asked");
        const answer = wordsOf(rows, scene.question, plan, party);
        sent += answer.length;
        return answer;
      },
    });
    const step = world.run(1_000_000);
    if (step.kind !== "done") throw new Error(`no answer to ${query.kind}: ${step.kind === "abort" ? step.fault.code : step.kind}`);
    return world;
  });
  const words = sent / names.length;
  const letters = [...session.result.nodes.values()].flatMap(({ sent }) => sent).reduce((sum, message) => sum + encodeFromNode(message).length, 0);
  return {
    question: query.kind, parties: names.length, sums: plan.rounds, words, sessionMs: session.ms, countingMs: counted.ms, ratio: session.ms / counted.ms,
    perCompanyMs: session.ms / names.length, sentKB: (letters / names.length + 8 * words) / 1_000,
  };
}

function timed<T>(work: () => T): { readonly ms: number; readonly result: T } {
  collectGarbage();
  const startMs = nowMs();
  const result = work();
  return { ms: nowMs() - startMs, result };
}
