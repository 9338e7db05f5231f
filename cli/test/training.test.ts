import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { Refusal } from "@cohortium/protocol/host/refusal";
import type { Route } from "@cohortium/protocol/host/http-route";
import { NOISY, SOUND } from "../../protocol/test/charter/fixture.js";
import { EVALUATION } from "./evaluation-fixture.js";
import { get, NOW_MS, openStage, play, post } from "./stage.js";

const [SESSION, OTHER] = ["5e".repeat(16), "5f".repeat(16)] as const;
const [CHARTER, MODEL] = ["a1".repeat(32), "0f".repeat(32)] as const;

const ROUND = { round: 1, kind: "moments", survivors: ["harbour", "mill", "orchard"], rows: 16_500, measure: null };

const RUNNING = {
  session: SESSION, charter: CHARTER, without: null, state: "running", startedAtMs: NOW_MS - 65_000, endedAtMs: null, round: 2, kind: "newton", phase: "upload",
  waitingFor: { parties: ["mill"], what: "no masked update", forSeconds: 12, deadlineInSeconds: 48 }, says: "waiting for mill: no masked update for 12 s",
  rounds: [ROUND], model: null, evaluation: null, fault: null,
};
const DONE = {
  ...RUNNING, state: "done", endedAtMs: NOW_MS, phase: "ended", waitingFor: null, says: "joint model after 2 rounds",
  rounds: [ROUND, { ...ROUND, round: 2, kind: "newton", measure: { what: "gradient norm", value: 3.2e-9 } }], model: MODEL, evaluation: EVALUATION,
};
const ABORTED = { ...RUNNING, state: "aborted", endedAtMs: NOW_MS, waitingFor: null, says: "fewer nodes", fault: { code: "AGGREGATION_TOO_FEW", says: "AGGREGATION_TOO_FEW: fewer nodes answered", fix: "start the silent nodes", side: "operator" } };

const events = (...views: readonly unknown[]): Route => ({
  method: "GET", path: "/v1/trainings/:session/events",
  handle: () => ({ kind: "events", events: (async function* () { for (const data of views) yield { event: "progress", data }; })() }),
});
const charterIn = (state: string, digest: string) => ({ digest, name: "spring", state, signatures: [], refusals: [], expires: "2027-06-30T12:00:00Z" });

const textIn = (charter: unknown) => get("/v1/charters/:digest", { ...charterIn("in-force", CHARTER), words: [], charter });

describe("round launch", () => {
  test("takes the one charter in force, and with --watch tells what happens until the model is there", async () => {
    const { folder, asked } = await openStage("coordinator", [
      get("/v1/charters", { charters: [charterIn("in-force", CHARTER), charterIn("proposed", "a2".repeat(32))] }), textIn(SOUND),
      post("/v1/trainings", { session: SESSION }), events(RUNNING, RUNNING, DONE),
    ]);
    const { code, out, err } = await play(["round", "launch", "--watch"], { folder });
    expect(asked).toEqual([{ path: "/v1/trainings", body: { charter: CHARTER } }]);
    expect(err).toBe([
      `launched ${SESSION} under spring`,
      "round 1 (moments): 16,500 rows of harbour, mill, orchard",
      "round 2 (newton): 16,500 rows of harbour, mill, orchard, gradient norm 3.2e-9",
      "",
    ].join("\n"));
    expect(out).toBe([
      `session  ${SESSION}`, `charter  ${CHARTER}`, "state    done", "started  2026-11-22 09:58:55 UTC", "took     1 min 5 s", `model    ${MODEL}`, "",
      "round  kind       rows  parties",
      "    1  moments  16,500  harbour, mill, orchard",
      "    2  newton   16,500  harbour, mill, orchard  gradient norm 3.2e-9", "",
      "AUC                0.7931  (95 %: 0.7685 to 0.8177)", "KS                 0.4611  (95 %: 0.4200 to 0.5000)", "calibration error  0.0123", "held-out rows      4,125, 467 of them positive", "",
      "decile  rows  positives  lift     gain  predicted  observed",
      "     1   413        201  4.31   43.1 %     46.2 %    48.8 %",
      "     2   413        201  0.20  100.0 %     46.2 %    48.8 %", "",
    ].join("\n"));
    expect(code).toBe(0);
  });

  test("takes a charter by its name, or by the beginning of its digest", async () => {
    const other = { ...charterIn("in-force", "a2".repeat(32)), name: "autumn" };
    const { folder, asked } = await openStage("coordinator", [get("/v1/charters", { charters: [charterIn("in-force", CHARTER), other] }), textIn(SOUND), post("/v1/trainings", { session: SESSION })]);
    for (const named of ["autumn", "a1a1"]) expect(await play(["round", "launch", "--charter", named], { folder })).toMatchObject({ code: 0 });
    expect(asked.map(({ body }) => body)).toEqual([{ charter: "a2".repeat(32) }, { charter: CHARTER }]);
  });

  describe("under noise", () => {
    const LIMIT = 94_000_000;
    /** One training of this charter costs 17,000,000: 3,400,000 for the moments, and 2,720,000 for each of five steps. */
    const noisy = (spent: number, ...before: readonly unknown[]) => openStage("coordinator", [
      get("/v1/charters", { charters: [charterIn("in-force", CHARTER)] }), textIn(NOISY), get("/v1/charters/:digest/budget", { limit: LIMIT, reserve: 9_400_000, spent }),
      get("/v1/trainings", { trainings: before }), post("/v1/trainings", { session: SESSION }),
    ]);

    test("says the price before it begins, and at a terminal waits for a yes", async () => {
      const { folder, asked } = await noisy(0);
      const no = await play(["round", "launch"], { folder, isTerminal: true, answers: ["n"] });
      expect(no.err).toContain("This training costs 18 % of the budget (ε 0.8251 by itself); 100 % is left before it, and 82 % after it.\nLaunch it, for 18 % of the budget of spring? [y/N] ");
      expect([no.code, asked]).toEqual([2, []]);
      expect((await play(["round", "launch"], { folder, isTerminal: true, answers: ["y"] })).code).toBe(0);
      expect(asked).toEqual([{ path: "/v1/trainings", body: { charter: CHARTER } }]);
    });

    test.each([true, false])("goes on unasked with --yes (at a terminal: %s)", async (isTerminal) => {
      const { folder, asked } = await noisy(0);
      const { code, err } = await play(["round", "launch", "--yes"], { folder, isTerminal });
      expect({ code, posts: asked.length, isAsked: err.includes("[y/N]") }).toEqual({ code: 0, posts: 1, isAsked: false });
    });

    test("is launched by nobody without a terminal and without --yes, and says what it would take", async () => {
      const { folder, asked } = await noisy(0);
      const { code, err } = await play(["round", "launch"], { folder });
      expect(err).toContain("refused: nobody is there to confirm this\n  This training costs 18 % of the budget (ε 0.8251 by itself); 100 % is left before it, and 82 % after it.\n  Launch it, for 18 % of the budget of spring?\n");
      expect({ code, asked }).toEqual({ code: 2, asked: [] });
    });

    test("counts what questions and trainings under it took before, of an aborted one also the sum nobody read", async () => {
      const past = [{ ...DONE, round: 7 }, { ...ABORTED, round: 1 }, { ...DONE, charter: "a2".repeat(32) }];
      const { err } = await play(["round", "launch", "--yes"], { folder: (await noisy(23_880_000, ...past)).folder });
      // 94,000,000 - 23,880,000 - 17,000,000 - 3,400,000 - 2,720,000 = 47,000,000.
      expect(err).toContain("50 % is left before it, and 32 % after it");
    });

    test("says so where too little is left, and leaves it to the nodes to refuse", async () => {
      const { folder, asked } = await noisy(84_600_000);
      const { err } = await play(["round", "launch", "--yes"], { folder });
      expect(err).toContain("only 10 % is left, so it would be refused; another 10 % is in reserve.");
      expect(asked).toHaveLength(1);
    });
  });

  test("is refused where no charter is in force, naming who has not signed", async () => {
    const stage = (...charters: readonly unknown[]) => openStage("coordinator", [get("/v1/charters", { charters }), post("/v1/trainings", { session: SESSION })]);
    const { folder, asked } = await stage({ ...charterIn("proposed", CHARTER), waitingFor: ["lantern", "meadow"] });
    expect(await play(["round", "launch"], { folder })).toMatchObject({ code: 4, err: expect.stringContaining("spring (a1a1a1a1a1a1) waits for the signature of lantern and meadow") });
    expect(await play(["round", "launch"], { folder: (await stage(charterIn("refused", CHARTER))).folder })).toMatchObject({ code: 2, err: expect.stringContaining("there is no charter in force") });
    expect(asked).toEqual([]);
  });
});

describe("round watch", () => {
  const watched = (...views: readonly unknown[]) => openStage("coordinator", [get("/v1/trainings", { trainings: [DONE, { ...RUNNING, session: OTHER }] }), events(...views)]);

  test("finds the one that runs, and ends with the exit code of its fault", async () => {
    const { folder } = await watched(ABORTED);
    const { code, out } = await play(["round", "watch"], { folder });
    expect(out).toContain("aborted: AGGREGATION_TOO_FEW: fewer nodes answered\n  code   AGGREGATION_TOO_FEW\n  side   the operator, who set it up\n  to do  start the silent nodes\n");
    expect(code).toBe(7);
  });

  test.each([["DATA_REFUSED", 3], ["DATA_CHANGED", 3], ["NODE_REFUSED", 4], ["TRAINING_MODEL", 6]])("of a training that a node refused with %s ends with %d", async (refusal, exit) => {
    const { folder } = await watched({ ...ABORTED, fault: { ...ABORTED.fault, code: "NODE_REFUSED", cause: refusal } });
    expect((await play(["round", "watch"], { folder })).code).toBe(exit);
  });

  test("comes back to a stream that ends early", async () => {
    let streams = 0;
    const stream = (): Route => ({ ...events(RUNNING), handle: (request) => (streams++ === 0 ? events(RUNNING) : events(DONE)).handle(request) });
    const { folder } = await openStage("coordinator", [get("/v1/trainings", { trainings: [RUNNING] }), stream()]);
    expect(await play(["round", "watch"], { folder })).toMatchObject({ code: 0 });
    expect(streams).toBe(2);
  });

  test("comes back to a coordinator that went away in the middle, and says so once each time", async () => {
    let streams = 0;
    const stage: { folder?: string } = {};
    const stream: Route = { ...events(), handle: (request) => {
      if (streams++ > 0) return events(DONE).handle(request);
      const path = join(stage.folder ?? "", "admin", "address");
      const address = readFileSync(path, "utf8");
      // What a coordinator leaves behind that has gone: an address where nobody listens.
      writeFileSync(path, "127.0.0.1:1");
      setTimeout(() => writeFileSync(path, address), 2_500);
      return events(RUNNING).handle(request);
    } };
    const { folder } = await openStage("coordinator", [get("/v1/trainings", { trainings: [RUNNING] }), stream]);
    stage.folder = folder;
    const { code, err } = await play(["round", "watch"], { folder });
    expect({ code, streams }).toEqual({ code: 0, streams: 2 });
    expect(err.split("\n").slice(1, 3)).toEqual([
      "the coordinator does not answer; that does not end the training. Trying again for 10 minutes; Ctrl-C stops the watching", "the coordinator is back",
    ]);
  });

  test("takes what the coordinator itself says for an answer, and does not ask again", async () => {
    let streams = 0;
    const refusal = new Refusal({ code: "REQUEST_SESSION", title: "no such training", detail: "", status: 404 });
    const stream: Route = { ...events(), handle: () => { streams++; throw refusal; } };
    const { folder } = await openStage("coordinator", [get("/v1/trainings", { trainings: [RUNNING] }), stream]);
    expect(await play(["round", "watch"], { folder })).toMatchObject({ code: 2 });
    expect(streams).toBe(1);
  });

  test("leaves the training running on Ctrl-C, says so, and ends with 130", async () => {
    const stop = new AbortController();
    const silent: Route = {
      ...events(), handle: ({ signal }) => ({ kind: "events", events: (async function* () {
        yield { event: "progress", data: RUNNING };
        setTimeout(() => stop.abort(), 20);
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
      })() }),
    };
    const { folder, asked } = await openStage("coordinator", [get("/v1/trainings", { trainings: [RUNNING] }), silent]);
    const { code, out } = await play(["round", "watch", "5e"], { folder, interrupt: stop.signal });
    expect(out).toBe("Stopped watching. The training goes on; to follow it again: cohortium round watch 5e5e5e5e5e5e\n");
    expect({ code, asked }).toEqual({ code: 130, asked: [] });
  });

  test("moves one line on a terminal, and takes it away at the end", async () => {
    const { folder } = await watched(RUNNING, RUNNING, DONE);
    const { err } = await play(["round", "watch", "--no-color"], { folder, isTerminal: true });
    expect(err.split("\u001b[K").filter((line) => line.startsWith("round 2 (newton): waiting"))).toHaveLength(2);
    expect(err.endsWith("gradient norm 3.2e-9\n")).toBe(true);
  });

  test("is one JSON document, and silent otherwise with --quiet", async () => {
    const { folder } = await watched(RUNNING, DONE);
    const { out, err } = await play(["round", "watch", "--json", "--quiet"], { folder });
    expect({ view: JSON.parse(out), err }).toEqual({ view: DONE, err: "" });
  });
});

describe("trainings", () => {
  test("are listed for the operator, and one is cancelled after a yes", async () => {
    const { folder, asked } = await openStage("coordinator", [get("/v1/trainings", { trainings: [DONE, { ...RUNNING, session: OTHER }] }), post("/v1/trainings/:session/cancel", { ...ABORTED, session: OTHER })]);
    expect((await play(["round", "ls"], { folder })).out).toBe([
      "session       charter       state    started                   took     AUC  says",
      "5e5e5e5e5e5e  a1a1a1a1a1a1  done     2026-11-22 09:58:55  1 min 5 s  0.7931  joint model after 2 rounds",
      "5f5f5f5f5f5f  a1a1a1a1a1a1  running  2026-11-22 09:58:55  1 min 5 s          waiting for mill: no masked update for 12 s",
      "",
    ].join("\n"));
    expect((await play(["round", "show", "77"], { folder })).err).toContain('there is no training "77"\n  there is 5e5e5e5e5e5e, 5f5f5f5f5f5f\n');
    expect(await play(["round", "cancel", "5"], { folder, answers: ["y"] })).toMatchObject({ code: 2 });
    expect(await play(["round", "cancel", "5f"], { folder, answers: ["y"] })).toMatchObject({ code: 0 });
    expect(asked.map(({ path }) => path)).toEqual([`/v1/trainings/${OTHER}/cancel`]);
  });

  const compared = {
    kind: "compared", trainRows: 4_400, heldRows: 1_100, alone: { ...EVALUATION, auc: 0.7512, ks: 0.4 }, joint: { ...EVALUATION, auc: 0.7933, ks: 0.45 },
    gain: 0.0421, gainInterval: { low: 0.011, high: 0.0732 },
  };
  const own = [
    { session: SESSION, charter: CHARTER, endedAtMs: NOW_MS, outcome: { kind: "done", model: {}, evaluation: EVALUATION, comparison: compared } },
    { session: OTHER, charter: CHARTER, endedAtMs: NOW_MS, outcome: { kind: "aborted", code: "SESSION_CANCELLED", because: "somebody stopped the session" } },
  ];

  test("show a partner its own gain", async () => {
    const { folder } = await openStage("node", [get("/v1/trainings", { trainings: own })]);
    expect((await play(["round", "ls"], { folder })).out).toBe([
      "session       charter       ended                outcome            AUC alone → joint",
      "5e5e5e5e5e5e  a1a1a1a1a1a1  2026-11-22 10:00:00  done               0.7512 → 0.7933 (+0.0421)",
      "5f5f5f5f5f5f  a1a1a1a1a1a1  2026-11-22 10:00:00  SESSION_CANCELLED",
      "",
    ].join("\n"));
    expect((await play(["round", "show", "5e"], { folder })).out).toContain([
      "Your own 1,100 held-out rows, judged by a model of your 4,400 rows and by the joint one:", "",
      "     your rows alone  joint model     gain  95 % interval",
      "AUC           0.7512       0.7933  +0.0421  +0.0110 to +0.0732",
      "KS            0.4000       0.4500  +0.0500",
    ].join("\n"));
  });
});

describe("models", () => {
  const model = { kind: "logistic", iteration: 6, columns: ["intercept", "age", "job=student", "rare"], means: [0, 40.2, 0, 0], deviations: [1, 10.4, 1, 1], coefficients: [-2.25, 0.125, 1.5, 0], dropped: ["rare"] };
  const listed = { digest: MODEL, session: SESSION, charter: CHARTER, iteration: 6, final: true, createdAtMs: NOW_MS, auc: 0.79312 };

  test("show the heaviest coefficients first, and leave out what was dropped", async () => {
    const { folder } = await openStage("coordinator", [get("/v1/models", { models: [listed] }), get(`/v1/models/${MODEL}`, { digest: MODEL, session: SESSION, charter: CHARTER, model, evaluation: EVALUATION, comparisons: [] })]);
    const { out } = await play(["model", "show", "0f"], { folder });
    expect(out).toContain([
      "column       coefficient",
      "intercept        -2.2500  --------------------",
      "job=student      +1.5000  +++++++++++++",
      "age              +0.1250  +", "",
      "A coefficient is what is added to the log-odds: for a number, per standard deviation above its mean; for a category, beside the column's first one.", "",
      "Without a coefficient, because too few rows have it: rare", "",
      "AUC                0.7931  (95 %: 0.7685 to 0.8177)",
    ].join("\n"));
    expect((await play(["model", "ls"], { folder })).out).toContain("0f0f0f0f0f0f  5e5e5e5e5e5e     6  final  2026-11-22 10:00:00  0.7931");
  });

  test("that trainings ended with are listed, steps only with --all; without a digest the last of them is shown", async () => {
    const step = { ...listed, digest: "0e".repeat(32), iteration: 5, final: false, auc: null };
    const whole = (digest: string) => get(`/v1/models/${digest}`, { digest, session: SESSION, charter: CHARTER, model, evaluation: EVALUATION, comparisons: [] });
    const { folder } = await openStage("coordinator", [get("/v1/models", { models: [listed, step] }), whole(MODEL)]);
    expect((await play(["model", "ls"], { folder })).out).not.toContain("0e0e");
    expect((await play(["model", "ls", "--all"], { folder })).out).toContain("0e0e0e0e0e0e");
    expect((await play(["model", "show"], { folder })).out).toContain(`model    ${MODEL}`);
    const none = await openStage("coordinator", [get("/v1/models", { models: [step] })]);
    expect(await play(["model", "show"], none)).toMatchObject({ code: 2, err: expect.stringContaining("USAGE_") });
  });

  test("have the same name at a node, which works it out itself", async () => {
    const { folder } = await openStage("node", [get("/v1/models", { models: [{ session: SESSION, model, evaluation: null, comparisons: [] }] })]);
    const { models: [one] } = JSON.parse((await play(["model", "ls", "--json"], { folder })).out);
    expect(one.digest).toMatch(/^[0-9a-f]{64}$/);
    expect((await play(["model", "show", one.digest.slice(0, 8)], { folder })).out).toContain("Not evaluated: a step on the way.");
  });
});

test("what left a node is told line by line, of one training and round if asked", async () => {
  const asked: unknown[] = [];
  const line = { n: 17, atMs: NOW_MS, recipient: "hub", session: SESSION, round: 3, kind: "uploaded", bytes: 1_536, meaning: "announces the masked vector", digest: "cd".repeat(32) };
  const { folder } = await openStage("node", [
    { method: "GET", path: "/v1/egress", handle: ({ query }) => (asked.push({ ...query }), { kind: "json", status: 200, body: { lines: [line], totals: { messages: 1, bytes: 1_536 } } }) },
    get("/v1/questions", { questions: [] }), get("/v1/trainings", { trainings: [] }),
    get("/v1/status", { party: "harbour", coordinator: "hub", link: { kind: "connected", says: "connected" }, trainings: [{ session: SESSION, charter: CHARTER, doing: "masks", sinceMs: NOW_MS }], log: { size: 4, distrust: null }, feed: { rows: null, holdout: null } }),
  ]);
  expect((await play(["egress", "show", "--session", "5e", "--round", "3"], { folder })).out).toBe([
    " n  when (UTC)           to   session       round  kind      bytes  meaning                      privacy  digest        log entry",
    "17  2026-11-22 10:00:00  hub  5e5e5e5e5e5e      3  uploaded  1,536  announces the masked vector        —  cdcdcdcdcdcd  —", "",
    "1 message, 1,536 bytes in all.", "",
  ].join("\n"));
  expect(asked).toEqual([{ session: SESSION, round: "3" }]);
  expect(await play(["egress", "show", "--round", "last"], { folder })).toMatchObject({ code: 2 });
});
