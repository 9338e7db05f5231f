import { describe, expect, test } from "@jest/globals";
import { SOUND } from "../../protocol/test/charter/fixture.js";
import { EVALUATION } from "./evaluation-fixture.js";
import { get, NOW_MS, openStage, play, post } from "./stage.js";

const [SESSION, CHARTER, MODEL] = ["5e".repeat(16), "a1".repeat(32), "0f".repeat(32)] as const;
const ROUND = { round: 1, kind: "moments", survivors: ["harbour", "mill", "orchard"], rows: 16_500, measure: null };
const DONE = {
  session: SESSION, charter: CHARTER, without: null, state: "done", startedAtMs: NOW_MS - 65_000, endedAtMs: NOW_MS, round: 2, kind: "newton", phase: "ended",
  waitingFor: null, says: "joint model after 2 rounds", rounds: [ROUND], model: MODEL, evaluation: EVALUATION, fault: null,
};
const ABORTED = { ...DONE, state: "aborted", says: "fewer nodes", model: null, evaluation: null, fault: { code: "AGGREGATION_TOO_FEW", says: "fewer nodes answered", fix: "start the silent nodes", side: "operator" } };
const SPRING = { digest: CHARTER, name: "spring", state: "in-force", signatures: [], refusals: [], expires: "2027-06-30T12:00:00Z" };

describe("a training without one company", () => {
  test("is launched by name, and the coordinator decides whether it may be", async () => {
    const { folder, asked } = await openStage("coordinator", [get("/v1/charters", { charters: [SPRING] }), get("/v1/charters/:digest", { ...SPRING, words: [], charter: SOUND }), post("/v1/trainings", { session: SESSION })]);
    expect(await play(["round", "launch", "--without", "mill"], { folder })).toMatchObject({ code: 0 });
    expect(asked).toEqual([{ path: "/v1/trainings", body: { charter: CHARTER, without: "mill" } }]);
  });

  const PARTIES = ["harbour", "mill", "orchard"];
  const judged = (session: string, without: string | null, auc: number, more: { readonly rows?: number; readonly survivors?: readonly string[] } = {}) => {
    const { rows = 4_125, survivors = PARTIES.filter((name) => name !== without) } = more;
    const evaluation = { ...EVALUATION, auc, aucInterval: { low: auc - 0.012, high: auc + 0.009 }, rows };
    return { ...DONE, session, without, rounds: [{ ...ROUND, survivors: PARTIES.filter((name) => name !== without) }, { ...ROUND, round: 2, kind: "evaluation", survivors }], evaluation };
  };
  const all = judged("51".repeat(16), null, 0.7012);
  const trainings = [
    all, judged("52".repeat(16), "mill", 0.7644), judged("53".repeat(16), "harbour", 0.6891), judged("54".repeat(16), "mill", 0.7655),
    { ...ABORTED, session: "55".repeat(16), without: "orchard" }, { ...judged("56".repeat(16), "orchard", 0.99), charter: "a2".repeat(32) },
  ];
  const told = async (views: readonly unknown[]) => {
    const signed = { ...SPRING, signatures: PARTIES };
    const { folder } = await openStage("coordinator", [get("/v1/charters", { charters: [signed] }), get("/v1/trainings", { trainings: views })]);
    return (await play(["round", "influence"], { folder })).out;
  };

  test("stands beside the one with all, the one that gains most by the absence first; the newest of each, under this charter alone", async () => {
    expect((await told(trainings)).split("\n\n")[0]).toBe([
      "without  session       held-out rows     AUC   change  95 % interval", "nobody   515151515151          4,125  0.7012",
      "mill     545454545454          4,125  0.7655  +0.0643  +0.0473 to +0.0813",
      "harbour  535353535353          4,125  0.6891  -0.0121  -0.0291 to +0.0049  within what chance would do",
    ].join("\n"));
  });

  test("says how wide its intervals are, and what cannot be seen, where something is compared", async () => {
    expect(await told(trainings)).toContain("The intervals are conservative: they take the two AUCs as if each had been measured on rows of its own.");
    expect(await told(trainings)).toContain("Whether each company's table was the same in both trainings cannot be seen");
    expect(await told([all])).not.toContain("conservative");
    expect(await told([])).toContain("Begin with: cohortium round launch");
  });

  test.each([
    ["on other rows", all, judged("52".repeat(16), "mill", 0.99, { rows: 4_000 }), "it was judged on other rows than the model with all companies"],
    ["where another company fell silent", all, judged("52".repeat(16), "mill", 0.99, { survivors: ["harbour"] }), "besides, it lacks orchard in some rounds"],
    ["where one fell silent before", judged("51".repeat(16), null, 0.7, { survivors: ["harbour", "mill"] }), judged("52".repeat(16), "mill", 0.99), "the model with all companies lacks orchard in some rounds"],
    ["where there is none with all", null, judged("52".repeat(16), "mill", 0.99), "there is no model with all companies yet"],
  ])("is not compared %s, and says so below those that are", async (_, first, other, because) => {
    const lines = (await told([...(first === null ? [] : [first]), other, judged("53".repeat(16), "harbour", 0.6)])).split("\n");
    expect(lines.find((line) => line.startsWith("mill"))).toMatch(new RegExp(`^mill +525252525252 +[0-9,]+ +0.9900 +not compared: ${because}$`));
    if (first === all) expect(lines.findIndex((line) => line.startsWith("mill"))).toBeGreaterThan(lines.findIndex((line) => line.startsWith("harbour")));
  });

  test("is named in the list once there is one, and where it is shown", async () => {
    const { folder } = await openStage("coordinator", [get("/v1/trainings", { trainings }), get("/v1/trainings/:session", trainings[1])]);
    expect((await play(["round", "show", "52"], { folder })).out).toContain("without  mill\n");
    expect((await play(["round", "ls"], { folder })).out).toContain("session       charter       without  state");
  });
});

describe("a network's training", () => {
  const bins = (names: readonly string[], parties: readonly number[]) => names.map((bin, i) => ({ bin, parties: parties[i] ?? 0 }));
  const strips = [
    { what: "update norm, as a share of the bound", bins: bins(["0 to 0.5", "0.5 to 1", "1 and more"], [2, 0, 12]) },
    { what: "cosine to the last joint step", bins: bins(["-1 to 0", "0 to 1", "none"], [1, 13, 0]) },
  ];
  const view = { ...DONE, rounds: [ROUND, { ...ROUND, round: 2, kind: "update", measure: { what: "mean loss", value: 0.31234, boundUsed: 0.4312, strips } }] };

  test("shows the parties per bin beside each round, and says once what the bins are", async () => {
    const { folder } = await openStage("coordinator", [get("/v1/trainings", { trainings: [view] }), get("/v1/trainings/:session", view)]);
    const { out } = await play(["round", "show", "5e"], { folder });
    expect(out).toContain("    2  update   16,500  harbour, mill, orchard  mean loss 0.3123, mean update 43.1 % of its bound  [2.+] [1+.]\n");
    expect(out).toContain("In brackets, parties per bin: update norm, as a share of the bound, from 0 to 0.5 up to 1 and more; then cosine to the last joint step, from -1 to 0 up to none.");
    expect(JSON.parse((await play(["round", "show", "5e", "--json"], { folder })).out)).toEqual(view);
  });

  test("shows its layers", async () => {
    const listed = { digest: MODEL, session: SESSION, charter: CHARTER, iteration: 6, final: true, createdAtMs: NOW_MS, auc: 0.79312 };
    const network = { kind: "network", iteration: 30, columns: ["intercept", "age", "job=student", "rare"], means: [0, 40.2, 0, 0], deviations: [1, 10.4, 1, 1], dropped: ["rare"], hidden: [3], activation: "relu", weights: Buffer.alloc(13 * 4).toString("base64") };
    const { folder } = await openStage("coordinator", [get("/v1/models", { models: [listed] }), get(`/v1/models/${MODEL}`, { digest: MODEL, session: SESSION, charter: CHARTER, model: network, evaluation: EVALUATION, comparisons: [] })]);
    const { out } = await play(["model", "show", "0f"], { folder });
    expect(out).toContain(["layers      2 → 3 → 1", "activation  relu", "weights     13", "", "Without an input, because too few rows have it: rare", "", "AUC                0.7931"].join("\n"));
  });
});
