import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { z } from "zod";
import { typeCommand } from "./command-line.js";
import { killedAt, makeMortal, revive, type Moment } from "./kill-at.js";
import { CLAUSE, customers, customersCsv } from "./question-data.js";
import { onceEach, tracesOf } from "./released-once.js";
import { tinyDraft } from "./tiny-charter.js";
import { chargesAt, foundTiny, NO_STEPS, untilTrue, type TinyConsortium } from "./tiny-consortium.js";

const NAMES = ["alder", "birch", "cedar"];
const NOISE = { mechanism: "discrete-gaussian", note: "Every company adds noise.", budget: { releasesMax: 1_000, epsilon: 8, delta: 1e-6, reserveShare: 0.1 }, colluders: 0 };

let tiny: TinyConsortium;
let charter: string;

beforeAll(async () => {
  tiny = await foundTiny(NAMES);
  NAMES.forEach((name, i) => writeFileSync(tiny.rowsFile(name), customersCsv(customers(i + 1, 400))));
  await tiny.consortium.enrol(NO_STEPS);
  charter = await tiny.consortium.agree({ ...tinyDraft(NAMES, { name: "noisy" }), questions: [], statistics: CLAUSE, privacy: NOISE });
  await makeMortal(tiny.consortium.node("birch"));
});
afterAll(async () => tiny.end());

const chargesOf = (name: string, session: string) => chargesAt(tiny.consortium.node(name), session);

/** Asks for fifths, which takes two sums, of a node that kills itself at the moment; returns the session. */
async function askedUnderKill(moment: Moment): Promise<string> {
  const { consortium } = tiny;
  const victims = [consortium.node("birch")];
  const session = await killedAt(victims, moment, async () => {
    const { code, says } = await typeCommand(consortium.coordinator.folder, "--json", "--quiet", "question", "ask", "rfm", "--epsilon", "1", "--fresh", "--detach", "--charter", charter, "--yes").ended;
    if (code !== 0) throw new Error(says);
    return (JSON.parse(says) as { readonly session: string }).session;
  });
  await revive(victims);
  await untilTrue("it is answered", async () => (await consortium.coordinator.admin.get(`/v1/questions/${session}`, z.object({ state: z.string() }))).state === "done", 90_000);
  return session;
}

describe("a node killed with -9 between computing and sending charges once, and sends one vector a sum:", () => {
  test.each<[string, Moment]>([
    ["as it keeps the release of the first sum", { into: "releases", nth: 1, when: "before" }],
    ["as it keeps the charge of the first sum", { into: "charges", nth: 1, when: "before" }],
    ["once both are kept", { into: "charges", nth: 1, when: "after" }],
    ["as it keeps the charge of the second sum", { into: "charges", nth: 2, when: "before" }],
    ["as it journals that its words are ready", { event: "contributed", nth: 1, when: "before" }],
    ["as it lists the letter that goes with them", { into: "egress", nth: 4, when: "before" }],
  ])("%s", async (_, moment) => {
    const session = await askedUnderKill(moment);
    const paid = await Promise.all(NAMES.map((name) => chargesOf(name, session)));
    expect(paid.map((charges) => charges.map(({ round }) => round))).toEqual(NAMES.map(() => [1, 2]));
    expect(new Set(paid.map((charges) => charges.map(({ nanoRho }) => nanoRho).join())).size).toBe(1);
    expect(await tracesOf(tiny, session)).toEqual(onceEach(NAMES.length, 2));
  });

  test("and its account holds all that the log shows of it; an older copy of the file does not", async () => {
    const birch = tiny.consortium.node("birch");
    const against = () => typeCommand(birch.folder, "budget", "ledger", "--against", tiny.published).ended;
    expect(await against()).toMatchObject({ code: 0, says: expect.stringContaining("The account is whole") });
    await birch.stop("SIGTERM");
    const file = join(birch.folder, "node.db");
    const copy = readFileSync(file);
    await birch.start();
    const { code } = await typeCommand(tiny.consortium.coordinator.folder, "--quiet", "question", "ask", "drift", "--column", "zip", "--epsilon", "0.5", "--charter", charter, "--yes").ended;
    expect(code).toBe(0);
    await birch.stop("SIGTERM");
    writeFileSync(file, copy);
    await birch.start();
    expect(await against()).toMatchObject({ code: 6, says: expect.stringMatching(/not whole[^]* missing\n/) });
  });
});
