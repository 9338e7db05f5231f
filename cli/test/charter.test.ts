import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { coordinatorConfig } from "@cohortium/coordinator/config";
import { Refusal } from "@cohortium/protocol/host/refusal";
import { bent, NOISY, SOUND } from "../../protocol/test/charter/fixture.js";
import { emptyStage, folderWith, get, openStage, play, post } from "./stage.js";

const [A, B, C] = ["a1".repeat(32), "a2".repeat(32), "b3".repeat(32)] as const;
const TOLD = "\n\nOne training costs 14 % of the budget (ε 0.8251 by itself): 7 fit into it, if nothing else is asked. Another 50 % is in reserve: it is spent only at a node";
const WORDS = ["Four companies sign.", "Nobody receives rows."];

const partnerCharter = (digest: string, name: string, state: string) => ({ digest, name, state, expires: "2027-06-30T12:00:00Z", words: WORDS, reason: "" });
const fits = (...problems: readonly unknown[]) => get("/v1/charters/:digest/fit", { problems });
const decided = (state: string) => [post("/v1/charters/:digest/sign", { digest: A, state }), post("/v1/charters/:digest/refuse", { digest: A, state })];
const text = (charter: unknown = SOUND) => get("/v1/charters/:digest", { ...partnerCharter(A, "spring", "proposed"), charter });
const partnerWith = (...charters: readonly ReturnType<typeof partnerCharter>[]) => openStage("node", [get("/v1/charters", { charters }), text(), fits(), ...decided("signed")]);

describe("a partner signs", () => {
  test("after reading the plain words and saying yes", async () => {
    const { folder, asked } = await partnerWith(partnerCharter(A, "spring", "proposed"), partnerCharter(C, "winter", "in-force"));
    const { code, out, err } = await play(["charter", "sign"], { folder, answers: ["y"] });
    expect(err).toBe([
      `charter  ${A}`, "name     spring", "state    proposed", "expires  2027-06-30T12:00:00Z", "",
      "  - Four companies sign.", "  - Nobody receives rows.",
      `Sign "spring" in your company's name? [y/N] `,
    ].join("\n"));
    expect(out).toBe("Signed a1a1a1a1a1a1. It is in force once every party has signed: cohortium charter ls\n");
    expect({ code, asked }).toEqual({ code: 0, asked: [{ path: `/v1/charters/${A}/sign`, body: {} }] });
  });

  test.each([["no", ["n"]], ["nothing", [""]], ["neither", []]])("not when the answer is %s", async (_, answers) => {
    const { folder, asked } = await partnerWith(partnerCharter(A, "spring", "proposed"));
    expect(await play(["charter", "sign"], { folder, answers })).toMatchObject({ code: 2, out: "" });
    expect(asked).toEqual([]);
  });

  test("unasked with --yes, and still sees the words, even when quiet", async () => {
    const { folder, asked } = await partnerWith(partnerCharter(A, "spring", "proposed"));
    const { code, err } = await play(["charter", "sign", "a1", "--yes", "--quiet"], { folder });
    expect({ code, posts: asked.length, words: err.includes("Nobody receives rows.") }).toEqual({ code: 0, posts: 1, words: true });
  });

  test("not where the beginning of a digest fits two charters, or none", async () => {
    const { folder } = await partnerWith(partnerCharter(A, "spring", "proposed"), partnerCharter(B, "summer", "proposed"));
    const two = await play(["charter", "sign", "a"], { folder });
    expect(two.err).toContain("\"a\" begins the name of more than one charter waiting for your signature");
    expect(two.err).toContain("a1a1a1a1a1a1 (spring, proposed), a2a2a2a2a2a2 (summer, proposed)");
    const none = await play(["charter", "sign", "ff"], { folder });
    const unnamed = await play(["charter", "sign"], { folder });
    expect([two.code, none.code, unnamed.code]).toEqual([2, 2, 2]);
    expect(unnamed.err).toContain("there is more than one charter waiting for your signature");
  });

  test("knowing what a training would refuse of her files, in plan, sign and show alike", async () => {
    const problem = { file: "rows", path: "/data/rows.csv", code: "DATA_COLUMN_MISSING", says: "DATA_COLUMN_MISSING in column age: it is missing" };
    const charter = partnerCharter(A, "spring", "proposed");
    const { folder } = await openStage("node", [get("/v1/charters", { charters: [charter] }), get("/v1/charters/:digest", { ...charter, charter: SOUND }), fits(problem), ...decided("signed")]);
    const told = "As your files are now, every training under it will be refused by this node:\n  - rows /data/rows.csv: DATA_COLUMN_MISSING in column age: it is missing\n";
    expect((await play(["charter", "plan"], { folder })).out).toContain(told);
    expect((await play(["charter", "show"], { folder })).out).toContain(told);
    expect((await play(["charter", "sign"], { folder, answers: ["y"] })).err).toContain(told);
  });

  test("knowing what the people in her rows bear already: a new charter is no new budget", async () => {
    const charter = { ...partnerCharter(A, "spring", "proposed"), elsewhere: { nanoRho: 2_000_000, charters: 1, epsilon: 0.3, delta: 1e-6 } };
    const { folder } = await openStage("node", [get("/v1/charters", { charters: [charter] }), text(), fits(), ...decided("signed")]);
    const told = "The people in this node's rows bear ε 0.30 at δ 1e-6 already, under another charter; this one is no new budget for them, it adds up.\n";
    expect((await play(["charter", "plan"], { folder })).out).toContain(told);
    expect((await play(["charter", "sign"], { folder, answers: ["y"] })).err).toContain(told);
  });

  test("knowing what exact sums of them have told already, which no ε covers", async () => {
    const told = async (elsewhere: object) => {
      const { folder } = await openStage("node", [get("/v1/charters", { charters: [{ ...partnerCharter(A, "spring", "proposed"), elsewhere }] }), text(), fits(), ...decided("signed")]);
      return { text: (await play(["charter", "plan"], { folder })).out, json: JSON.parse((await play(["charter", "plan", "--json"], { folder })).out) as object };
    };
    const both = await told({ nanoRho: 2_000_000, charters: 1, exactSums: 12, epsilon: 0.3, delta: 1e-6 });
    expect(both.text).toContain("bear ε 0.30 at δ 1e-6 already, under another charter, and 12 exact sums, which no ε covers; this one is no new budget for them, it adds up.\n");
    expect(both.json).toMatchObject({ elsewhere: { exactSums: 12 } });
    const alone = await told({ nanoRho: 0, charters: 0, exactSums: 1, epsilon: 0, delta: 1e-6 });
    expect(alone.text).toContain("This node's rows have gone into 1 exact sum, which no ε covers, under other charters; what this one promises the people in them does not undo that.\n");
  });

  test("knowing that her rows are not held to one per person, in plan, sign and show alike, and signs all the same", async () => {
    const charter = partnerCharter(A, "spring", "proposed");
    const unheldRows = { code: "DATA_KEY_UNSET", because: "this node's rows are not held to one per person: rows.key is not set", means: "a person in k rows is protected k² times less", side: "yours: the settings", fix: "rows: { key: COLUMN }" };
    const { folder, asked } = await openStage("node", [get("/v1/charters", { charters: [charter] }), text(), get("/v1/charters/:digest/fit", { problems: [], unheldRows }), ...decided("signed")]);
    const told = "\nThis node's rows are not held to one per person: rows.key is not set.\nA person in k rows is protected k² times less.\nside   yours: the settings\nto do  rows: { key: COLUMN }\n";
    expect((await play(["charter", "plan"], { folder })).out).toContain(told);
    expect((await play(["charter", "show"], { folder })).out).toContain(told);
    expect(await play(["charter", "sign"], { folder, answers: ["y"] })).toMatchObject({ code: 0, err: expect.stringContaining(told) });
    expect(asked.map(({ path }) => path)).toEqual([`/v1/charters/${A}/sign`]);
    for (const command of [["plan"], ["sign", "--yes"]]) expect(JSON.parse((await play(["charter", ...command, "--json"], { folder })).out)).toMatchObject({ unheldRows });
  });

  test("knowing what one training costs under noise, and how many fit, in plan and sign alike", async () => {
    const { folder } = await openStage("node", [get("/v1/charters", { charters: [partnerCharter(A, "spring", "proposed")] }), text(NOISY), fits(), ...decided("signed")]);
    expect((await play(["charter", "plan"], { folder })).out).toContain(TOLD);
    expect((await play(["charter", "sign"], { folder, answers: ["y"] })).err).toContain(TOLD);
    const { training } = JSON.parse((await play(["charter", "plan", "--json"], { folder })).out) as { training: object };
    expect(training).toMatchObject({ nanoRho: 17_000_000, fit: 7 });
  });

  test("nothing that nobody proposed", async () => {
    const { folder } = await partnerWith(partnerCharter(C, "winter", "in-force"));
    expect((await play(["charter", "sign"], { folder })).err).toMatch(/there is no charter waiting for your signature\n[^]*to do +see all there is with: cohortium charter ls\n/);
  });

  test("or refuses, with a reason", async () => {
    const { folder, asked } = await partnerWith(partnerCharter(A, "spring", "proposed"));
    expect(await play(["charter", "refuse", "--yes"], { folder })).toMatchObject({ code: 2, err: expect.stringContaining("add --reason TEXT") });
    expect(await play(["charter", "refuse", "--yes", "--reason", "age is not needed"], { folder })).toMatchObject({ code: 0 });
    expect(asked).toEqual([{ path: `/v1/charters/${A}/refuse`, body: { reason: "age is not needed" } }]);
  });
});

describe("the operator proposes", () => {
  const planned = { digest: A, words: WORDS, charter: { name: "spring" }, changes: [{ clause: "quorum", before: "3 nodes", after: "4 nodes" }, { clause: "parties.mill.organisation", after: "Mill" }] };
  const operator = (proposed: string) => openStage("coordinator", [post("/v1/charters/plan", planned), post("/v1/charters", { digest: proposed })]);
  const draftIn = (folder: string, text = "name: spring\n") => writeFileSync(join(folder, "draft.yaml"), text);

  test("a draft after seeing what it means", async () => {
    const { folder, asked } = await operator(A);
    draftIn(folder);
    const { code, out, err } = await play(["charter", "sign", "draft.yaml"], { folder, answers: ["yes"] });
    expect(err).toContain("Against the charter in force:\n\n  quorum\n    - 3 nodes\n    + 4 nodes\n  parties.mill.organisation\n    + Mill\n");
    expect({ code, out: out.slice(0, 21) }).toEqual({ code: 0, out: "Proposed a1a1a1a1a1a1" });
    expect(asked.map(({ path, body }) => [path, body])).toEqual([["/v1/charters/plan", { draft: { name: "spring" } }], ["/v1/charters", { draft: { name: "spring" } }]]);
  });

  test("and is told when something else was proposed than shown", async () => {
    const { folder } = await operator(B);
    draftIn(folder);
    expect(await play(["charter", "sign", "draft.yaml", "--yes"], { folder })).toMatchObject({ code: 6, err: expect.stringContaining("VERIFY_CHARTER") });
  });

  test("what says, under noise, what one training costs and how many fit into its budget and its sums", async () => {
    const told = async (charter: unknown) => {
      const { folder } = await openStage("coordinator", [post("/v1/charters/plan", { ...planned, charter })]);
      draftIn(folder);
      return (await play(["charter", "plan", "draft.yaml"], { folder })).out;
    };
    expect(await told(NOISY)).toContain(TOLD);
    // Each asks for seven sums.
    expect(await told(bent("/privacy/budget/releasesMax", 20, NOISY))).toContain("2 fit into it");
    expect(await told(bent("/questions/0/model/privacy/nanoRho", 100_000_000, NOISY))).toContain("one fits into it");
    expect(await told(bent("/questions/0/model/privacy/nanoRho", 150_000_000, NOISY))).toContain("none fits into it");
    expect(await told(SOUND)).not.toContain("One training costs");
  });

  test("nothing by planning", async () => {
    const { folder, asked } = await operator(A);
    draftIn(folder);
    const { code, out } = await play(["charter", "plan", "draft.yaml", "--json"], { folder });
    expect({ code, planned: JSON.parse(out) }).toEqual({ code: 0, planned });
    expect(asked.map(({ path }) => path)).toEqual(["/v1/charters/plan"]);
  });

  test("what has problems only after mending them, each named with its line", async () => {
    const refusal = new Refusal({
      code: "CHARTER_REFUSED", title: "the charter breaks 2 rules", rule: "shape.value", fix: "write 3",
      detail: "shape.value at /quorum: it is not a number; to do: write 3\nenrolment.missing at /parties/1: \"mill\" has not enrolled a node; to do: enrol it",
    });
    const { folder } = await openStage("coordinator", [{ method: "POST", path: "/v1/charters/plan", handle: () => { throw refusal; } }]);
    draftIn(folder, "name: spring\nquorum: three\nparties:\n  - name: harbour\n  - name: mill\n");
    const { code, err } = await play(["charter", "plan", "draft.yaml"], { folder });
    expect(err).toContain(`${folder}/draft.yaml:2: shape.value at /quorum: it is not a number`);
    expect(err).toContain(`${folder}/draft.yaml:5: enrolment.missing at /parties/1: "mill" has not`);
    expect(err).toMatch(/rule +shape\.value\n/);
    expect(code).toBe(4);
  });

  test("no file that is missing, or is no YAML", async () => {
    const { folder } = await operator(A);
    draftIn(folder, "name: spring\nname: summer\n");
    expect(await play(["charter", "plan", "draft.yaml"], { folder })).toMatchObject({ code: 2, err: expect.stringContaining("draft.yaml:2: ") });
    expect(await play(["charter", "plan", "gone.yaml"], { folder })).toMatchObject({ code: 2, err: expect.stringContaining("USAGE_FILE") });
    expect(await play(["charter", "plan"], { folder })).toMatchObject({ code: 2, err: expect.stringContaining("cohortium charter plan FILE") });
  });
});

describe("charters are compared by meaning", () => {
  const files = () => folderWith([["before.yaml", JSON.stringify(SOUND)], ["after.yaml", JSON.stringify(bent("/quorum", 4))], ["draft.yaml", "name: spring\n"]]);

  test("as files, without any process", async () => {
    expect(await play(["charter", "diff", "before.yaml", "after.yaml"], { folder: files() })).toEqual({ code: 0, err: "", out: "  quorum\n    - 3 nodes\n    + 4 nodes\n" });
    expect(await play(["charter", "diff", "before.yaml", "before.yaml"], { folder: files() })).toMatchObject({ out: "They are the same.\n" });
  });

  test("as digests", async () => {
    const whole = (digest: string, charter: unknown) => ({ ...partnerCharter(digest, "spring", "in-force"), charter });
    const { folder } = await openStage("node", [
      get("/v1/charters", { charters: [partnerCharter(A, "spring", "in-force"), partnerCharter(B, "spring", "refused")] }),
      fits(), get(`/v1/charters/${A}`, whole(A, SOUND)), get(`/v1/charters/${B}`, whole(B, bent("/quorum", 4))),
    ]);
    expect(JSON.parse((await play(["charter", "diff", "a1", "a2", "--json"], { folder })).out)).toEqual({ changes: [{ clause: "quorum", before: "3 nodes", after: "4 nodes" }] });
    expect((await play(["charter", "show", "a2"], { folder })).out).toContain("state    in-force");
  });

  test("as drafts too, where what only enrolment fills in is no difference", async () => {
    const draftOf = (json: object) => {
      const { operator: _, ...rest } = json as typeof SOUND;
      return JSON.stringify({ ...rest, parties: rest.parties.map(({ name, organisation }) => ({ name, organisation })).toReversed() });
    };
    const folder = folderWith([["whole.yaml", JSON.stringify(SOUND)], ["one.yaml", draftOf(SOUND)], ["other.yaml", draftOf(bent("/quorum", 4) as object)]]);
    const diff = async (before: string, after: string) => (await play(["charter", "diff", before, after], { folder })).out;
    expect(await diff("one.yaml", "one.yaml")).toBe("They are the same.\n");
    expect(await diff("one.yaml", "other.yaml")).toBe("  quorum\n    - 3 nodes\n    + 4 nodes\n");
    expect(await diff("whole.yaml", "other.yaml")).toBe("  quorum\n    - 3 nodes\n    + 4 nodes\n");
    expect(await diff("one.yaml", "whole.yaml")).toBe("They are the same.\n");
  });

  test("keys that a draft names are differences; control", async () => {
    const named = bent("/parties/0/signingKey", SOUND.parties[3]?.agreementKey.replace(/^./, "B"));
    const folder = folderWith([["a.yaml", JSON.stringify(SOUND)], ["b.yaml", JSON.stringify(named)]]);
    expect((await play(["charter", "diff", "a.yaml", "b.yaml"], { folder })).out).toContain("parties.harbour.signingKey");
  });

  test("but not where a draft breaks a rule", async () => {
    expect(await play(["charter", "diff", "before.yaml", "draft.yaml"], { folder: files() })).toMatchObject({ code: 4, err: expect.stringContaining("draft.yaml breaks the rules of a charter") });
  });
});

test("charter show --yaml writes the whole charter, which reads back to the same agreement", async () => {
  const charter = { ...partnerCharter(A, "spring", "in-force"), charter: SOUND };
  const { folder } = await openStage("node", [get("/v1/charters", { charters: [charter] }), get("/v1/charters/:digest", charter)]);
  const { code, out } = await play(["charter", "show", "--yaml"], { folder });
  writeFileSync(join(folder, "shown.yaml"), out);
  writeFileSync(join(folder, "sound.yaml"), JSON.stringify(SOUND));
  expect(code).toBe(0);
  expect((await play(["charter", "diff", "shown.yaml", "sound.yaml"], { folder })).out).toBe("They are the same.\n");
});

describe("charter new", () => {
  const programs = { coordinatorSettings: async () => coordinatorConfig };
  const YAML = "name: hub\nconsortium: spring-circle\nhosts: [localhost]\n";
  const stage = () => {
    const folder = emptyStage("coordinator", YAML);
    writeFileSync(join(folder, "example.yaml"), "# yaml-language-server: $schema=x\n#\n# Why we do this.\nname: spring\nconsortium: another-circle\nnotBefore: 2020-01-01T00:00:00Z\nexpires: 2020-02-01T00:00:00Z\n");
    return folder;
  };

  test("copies a draft with this consortium's name and a time that has begun, comments and all", async () => {
    const folder = stage();
    const { code, out } = await play(["charter", "new", "example.yaml", "mine.yaml", "--days", "30"], { folder, programs });
    expect({ code, out }).toEqual({ code: 0, out: [
      "Wrote mine.yaml: a draft for spring-circle, from 2026-11-22T00:00:00Z to 2026-12-22T00:00:00Z.",
      "Put your own companies, columns and limits into it, then: cohortium charter plan mine.yaml", "",
    ].join("\n") });
    expect(readFileSync(join(folder, "mine.yaml"), "utf8")).toBe(
      "# Why we do this.\nname: spring\nconsortium: spring-circle\nnotBefore: 2026-11-22T00:00:00Z\nexpires: 2026-12-22T00:00:00Z\n",
    );
  });

  test("overwrites nothing, and takes only a number of days", async () => {
    const folder = stage();
    expect(await play(["charter", "new", "example.yaml", "example.yaml"], { folder, programs })).toMatchObject({ code: 2, err: expect.stringContaining("USAGE_EXISTS") });
    expect(await play(["charter", "new", "example.yaml", "b.yaml", "--days", "soon"], { folder, programs })).toMatchObject({ code: 2, err: expect.stringContaining("USAGE_DAYS") });
    expect(await play(["charter", "new", "gone.yaml", "b.yaml"], { folder, programs })).toMatchObject({ code: 2, err: expect.stringContaining("USAGE_FILE") });
  });
});

test("charters are listed with those who signed and refused", async () => {
  const { folder } = await openStage("coordinator", [get("/v1/charters", { charters: [
    { digest: A, name: "spring", state: "proposed", signatures: ["harbour", "mill"], refusals: [], expires: "2027-06-30T12:00:00Z" },
    { digest: C, name: "winter", state: "refused", signatures: [], refusals: [{ party: "mill", reason: "too\u001b[2Jmuch" }], expires: "2027-01-31T12:00:00Z" },
  ] })]);
  expect((await play(["charter", "ls"], { folder })).out).toBe([
    "charter       name    state     signed by      refused by         expires",
    "a1a1a1a1a1a1  spring  proposed  harbour, mill                     2027-06-30T12:00:00Z",
    "b3b3b3b3b3b3  winter  refused                  mill: too·[2Jmuch  2027-01-31T12:00:00Z",
    "",
  ].join("\n"));
});
