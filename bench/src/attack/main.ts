import { machineLines, thisMachine } from "../machine.js";
import { nowMs } from "../measure.js";
import { ATTACKS } from "./attacks.js";
import { isWrong, type Verdict } from "./verdict.js";

const args = process.argv.slice(2);
const names = args.filter((arg) => !arg.startsWith("--"));
if (!args.every((arg) => arg === "--quick" || arg === "--json" || Object.hasOwn(ATTACKS, arg))) {
  process.stderr.write(`usage: npm run attack -- [${Object.keys(ATTACKS).join(" | ")}] [--quick] [--json]\n`);
  process.exit(2);
}
// Each attack on a build without the defence and on ours. Ends with 1 if a verdict is wrong.
await run(args.includes("--quick"), args.includes("--json"));

async function run(quick: boolean, json: boolean): Promise<void> {
  const startMs = nowMs();
  const machine = thisMachine();
  if (!json) process.stdout.write(machineLines(machine));
  const verdicts: Verdict[] = [];
  for (const [name, attack] of Object.entries(ATTACKS)) {
    if (names.length > 0 && !names.includes(name)) continue;
    const verdict = await attack(quick);
    verdicts.push(verdict);
    if (!json) process.stdout.write(printed(name, verdict));
  }
  const tookSeconds = (nowMs() - startMs) / 1000;
  if (verdicts.some(isWrong)) process.exitCode = 1;
  if (json) process.stdout.write(`${JSON.stringify({ quick, machine, tookSeconds, verdicts }, null, 2)}\n`);
  else process.stdout.write(`\n${quick ? "quick " : ""}run of ${Math.round(tookSeconds)} s\n`);
}

/** One line for those who count, and what it stands on. */
function printed(name: string, verdict: Verdict): string {
  const { attack, control, ours, promised, controlFalls } = verdict;
  const why = controlFalls ? "" : "  (the attack fails where it should work)";
  return `\n${isWrong(verdict) ? "FAIL" : "ok  "} ${name}: ${attack}${why}\n     without the defence: ${control}\n     ours:                ${ours}\n     promised:            ${promised}\n`;
}
