import { describe, expect, test } from "@jest/globals";
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
    const { folder, asked } = await openStage("coordinator", [get("/v1/charters", { charters: [SPRING] }), post("/v1/trainings", { session: SESSION })]);
    expect(await play(["round", "launch", "--without", "mill"], { folder })).toMatchObject({ code: 0 });
    expect(asked).toEqual([{ path: "/v1/trainings", body: { charter: CHARTER, without: "mill" } }]);
  });

  const judged = (session: string, without: string | null, auc: number, rows = 4_125) => ({ ...DONE, session, without, evaluation: { ...EVALUATION, auc, rows } });
  const trainings = [
    judged("51".repeat(16), null, 0.7012), judged("52".repeat(16), "mill", 0.7644), judged("53".repeat(16), "harbour", 0.6891), judged("54".repeat(16), "mill", 0.7655),
    { ...ABORTED, session: "55".repeat(16), without: "orchard" }, { ...judged("56".repeat(16), "orchard", 0.99), charter: "a2".repeat(32) },
  ];
  const told = async (views: readonly unknown[]) => {
    const { folder } = await openStage("coordinator", [get("/v1/charters", { charters: [SPRING] }), get("/v1/trainings", { trainings: views })]);
    return (await play(["round", "influence"], { folder })).out;
  };

  test("stands beside the one with all, the one that gains most by the absence first; the newest of each, under this charter alone", async () => {
    expect(await told(trainings)).toBe([
      "without  session       held-out rows     AUC   change", "nobody   515151515151          4,125  0.7012",
      "mill     545454545454          4,125  0.7655  +0.0643", "harbour  535353535353          4,125  0.6891  -0.0121", "",
    ].join("\n"));
  });

  test("says where the models are judged on different rows, and where there is nothing to compare yet", async () => {
    expect(await told([judged("51".repeat(16), null, 0.7), judged("52".repeat(16), "mill", 0.71, 4_000)])).toContain("judged on different held-out rows");
    expect(await told(trainings)).not.toContain("different held-out rows");
    expect(await told([])).toContain("Begin with: cohortium round launch");
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
