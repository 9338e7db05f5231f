import { measureBytes } from "./bytes-per-party.js";
import { measureMemory } from "./coordinator-memory.js";
import { measureFeatureSql } from "./feature-sql.js";
import { measureFeedForms } from "./feed-forms.js";
import { measureGrowth } from "./growth.js";
import { machineLines, thisMachine } from "./machine.js";
import { measureSchemes } from "./masked-against-encrypted.js";
import { measureMasking } from "./masking-speed.js";
import { nowMs } from "./measure.js";
import { measureThreads } from "./masking-threads.js";
import { measureBackends } from "./network/backends.js";
import { measureOptimisers } from "./network/optimisers.js";
import { measureAccounts } from "./privacy/account-time.js";
import { measureNoise } from "./privacy/noise-speed.js";
import { measurePrivateTraining } from "./private-training.js";
import { measureRoundCost } from "./round-cost.js";
import { measureScale } from "./scale.js";
import { measureQuestions } from "./statistics/question-cost.js";
import { measureRfm } from "./statistics/rfm-size.js";
import { measureUtility } from "./statistics/utility.js";
import { measureTreePrivacy } from "./tree-privacy.js";
import { measureTreeTime } from "./tree-time.js";
import { isBroken, printed, type Section } from "./section.js";

type Measure = (quick: boolean) => readonly Section[] | Promise<readonly Section[]>;

/** In this order a reader meets the cheapest and most telling first. */
const BENCHES: Readonly<Record<string, readonly Measure[]>> = {
  aggregation: [(quick) => [measureMasking(quick), measureThreads(quick)], measureRoundCost, (quick) => [measureBytes(quick)], measureGrowth, measureMemory],
  trees: [async (quick) => [await measureTreeTime(quick)], async (quick) => [await measureTreePrivacy(quick)]],
  "private-training": [measurePrivateTraining],
  network: [measureBackends, measureOptimisers],
  privacy: [(quick) => [measureNoise(quick)], (quick) => [measureAccounts(quick)]],
  statistics: [(quick) => [measureQuestions(quick)], async (quick) => [await measureRfm(quick)], (quick) => [measureUtility(quick)]],
  encrypted: [measureSchemes],
  scale: [async (quick) => [await measureScale(quick)]],
  ingest: [async (quick) => [await measureFeedForms(quick)], async (quick) => [await measureFeatureSql(quick)]],
};

const [name = "", ...flags] = process.argv.slice(2);
const measures = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;
if (measures === undefined || !flags.every((flag) => flag === "--quick" || flag === "--json")) {
  process.stderr.write(`usage: npm run bench -- ${Object.keys(BENCHES).join(" | ")} [--quick] [--json]\n`);
  process.exit(2);
}
await run(measures, flags.includes("--quick"), flags.includes("--json"));

async function run(bench: readonly Measure[], quick: boolean, json: boolean): Promise<void> {
  const startMs = nowMs();
  const machine = thisMachine();
  if (!json) process.stdout.write(machineLines(machine));
  const sections: Section[] = [];
  for (const measure of bench) {
    const found = await measure(quick);
    if (!json) process.stdout.write(found.map(printed).join(""));
    sections.push(...found);
  }
  const tookSeconds = (nowMs() - startMs) / 1000;
  const document = { bench: name, quick, machine, tookSeconds, sections: sections.map(withoutLayout) };
  // Speed is the machine's affair; this is ours.
  if (isBroken(sections)) process.exitCode = 1;
  if (json) process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  else process.stdout.write(`\n${quick ? "quick " : ""}run of ${Math.round(tookSeconds)} s\n`);
}

/** How a table is laid out is no business of a program that reads the numbers. */
function withoutLayout({ title, notes, rows }: Section): Omit<Section, "columns"> {
  return { title, notes, rows };
}
