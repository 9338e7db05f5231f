import { measureBytes } from "./bytes-per-party.js";
import { measureMemory } from "./coordinator-memory.js";
import { measureGrowth } from "./growth.js";
import { machineLines, thisMachine } from "./machine.js";
import { measureMasking } from "./masking-speed.js";
import { nowMs } from "./measure.js";
import { measureRoundCost } from "./round-cost.js";
import { printed, type Section } from "./section.js";

const USAGE = "usage: npm run bench -- aggregation [--quick] [--json]\n";

/** In this order a reader meets the cheapest and most telling first. */
const AGGREGATION: readonly ((quick: boolean) => readonly Section[])[] = [
  (quick) => [measureMasking(quick)], measureRoundCost, (quick) => [measureBytes(quick)], measureGrowth, (quick) => [measureMemory(quick)],
];

const args = process.argv.slice(2);
const flags = args.slice(1);
if (args[0] !== "aggregation" || !flags.every((flag) => flag === "--quick" || flag === "--json")) {
  process.stderr.write(USAGE);
  process.exit(2);
}
run(flags.includes("--quick"), flags.includes("--json"));

function run(quick: boolean, json: boolean): void {
  const startMs = nowMs();
  const machine = thisMachine();
  if (!json) process.stdout.write(machineLines(machine));
  const sections = AGGREGATION.flatMap((measure) => {
    const found = measure(quick);
    if (!json) process.stdout.write(found.map(printed).join(""));
    return found;
  });
  const tookSeconds = (nowMs() - startMs) / 1000;
  const document = { bench: "aggregation", quick, machine, tookSeconds, sections: sections.map(withoutLayout) };
  if (json) process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  else process.stdout.write(`\n${quick ? "quick " : ""}run of ${Math.round(tookSeconds)} s\n`);
}

/** How a table is laid out is no business of a program that reads the numbers. */
function withoutLayout({ title, notes, rows }: Section): Omit<Section, "columns"> {
  return { title, notes, rows };
}
