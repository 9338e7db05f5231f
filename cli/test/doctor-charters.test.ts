import { expect, test } from "@jest/globals";
import { Refusal } from "@cohortium/protocol/host/refusal";
import { openAdminClient } from "@cohortium/protocol/host/admin-client";
import { chartersFit } from "../src/commands/doctor-charters.js";
import { get, NOW_MS, openStage } from "./stage.js";

const [A, B] = ["a1".repeat(32), "b2".repeat(32)] as const;
const charter = (digest: string, state: string, expires = "2027-06-30T12:00:00Z") => ({ digest, name: "spring", state, expires, words: [], reason: "" });
const problem = { file: "holdout", path: "", code: "DATA_HOLDOUT_UNSET", says: "DATA_HOLDOUT_UNSET: none is named" };

async function found(charters: readonly unknown[], problems: Readonly<Record<string, readonly unknown[]>>) {
  const { folder } = await openStage("node", [get("/v1/charters", { charters }), ...Object.entries(problems).map(([digest, list]) => get(`/v1/charters/${digest}/fit`, { problems: list }))]);
  return chartersFit(() => openAdminClient({ folder, role: "node", startCommand: "" }), NOW_MS);
}

test("the first charter that the files do not fit fails, with the rest counted", async () => {
  expect(await found([charter(A, "signed"), charter(B, "proposed")], { [A]: [], [B]: [problem, problem] })).toEqual({
    state: "fail", says: "spring (b2b2b2b2b2b2) will refuse the holdout: DATA_HOLDOUT_UNSET: none is named, and 1 more", fix: "see all of it with: cohortium charter show b2b2b2b2b2b2",
  });
});

test("charters that fit are counted; refused and expired ones are nobody's business", async () => {
  const charters = [charter(A, "in-force"), charter(B, "refused"), charter("c3".repeat(32), "signed", "2026-01-01T00:00:00Z")];
  expect(await found(charters, { [A]: [], [B]: [problem] })).toMatchObject({ state: "ok", says: expect.stringContaining("fit 1 charter;") });
  expect(await found([], {})).toMatchObject({ state: "ok", says: "no charter asks anything of the rows yet" });
});

test("rows that are not held to one per person are a warning where a charter wants noise, and no failure; what does not fit at all comes first", async () => {
  const unheldRows = { code: "DATA_KEY_UNSET", because: "rows.key is not set", means: "a person in k rows is protected k² times less", side: "yours", fix: "rows: { key: COLUMN }" };
  const look = async (problems: readonly unknown[]) => {
    const fits = [get(`/v1/charters/${A}/fit`, { problems: [], unheldRows }), get(`/v1/charters/${B}/fit`, { problems })];
    const { folder } = await openStage("node", [get("/v1/charters", { charters: [charter(A, "signed"), charter(B, "proposed")] }), ...fits]);
    return chartersFit(() => openAdminClient({ folder, role: "node", startCommand: "" }), NOW_MS);
  };
  expect(await look([])).toEqual({ state: "warn", says: "spring (a1a1a1a1a1a1) wants noise, and rows.key is not set; a person in k rows is protected k² times less", fix: "rows: { key: COLUMN }" });
  expect(await look([problem])).toMatchObject({ state: "fail" });
});

test("without a running node nothing is compared, and the command that starts it is named", async () => {
  const absent = new Refusal({ code: "NETWORK_UNREACHABLE", title: "", detail: "", fix: "start it with: x" });
  expect(await chartersFit(() => { throw absent; }, NOW_MS)).toEqual({ state: "warn", says: "not compared with any charter: this node does not run", fix: "start it with: x" });
  await expect(chartersFit(() => { throw new Error("ours"); }, NOW_MS)).rejects.toThrow("ours");
});
