import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { TrainingView } from "@cohortium/coordinator/training-view";
import type { Json } from "@cohortium/crypto/canonical-json";
import type { EgressLine } from "@cohortium/node/store/ledger";
import { readCharterYaml } from "@cohortium/protocol/host/charter-yaml";
import { instantText } from "@cohortium/protocol/session/instant";
import { checkCharter } from "@cohortium/protocol/charter/check";
import { charterWords } from "@cohortium/protocol/charter/words";
import { planOf, type TrainingPlan } from "@cohortium/protocol/training/plan";
import { z } from "zod";
import { auditFolder, type FolderAudit } from "../consortium/audit-folder.js";
import { LocalConsortium } from "../consortium/local-consortium.js";
import type { LocalProcess } from "../consortium/processes.js";
import { CONTACTS_FILE, HOLDOUT_FILE, prepareData, type PartnerFolders, type PreparedData } from "./data.js";
import { coefficientGap, fitAllRows, type Pooled } from "./pooled.js";
import { doubtAbout } from "./real-data.js";
import type { Telling } from "./telling.js";

/** What one partner gained, by its own report. */
export interface PartnerResult {
  readonly name: string;
  readonly rows: number;
  readonly aucAlone: number;
  readonly aucJoint: number;
}

/** Everything the demonstration has to show. */
export interface StoryResult {
  readonly data: PreparedData;
  readonly view: TrainingView;
  readonly partners: readonly PartnerResult[];
  readonly pooled: Pooled;
  readonly coefficientGap: number;
  readonly egress: readonly { readonly name: string; readonly lines: readonly EgressLine[] }[];
  readonly audit: FolderAudit;
}

const ROOT = join(import.meta.dirname, "..", "..", "..");
const DAY_MS = 86_400_000;

/** Founds the consortium in `folder`, trains, and collects what there is to show. The processes are stopped in the end, whatever happens. */
export async function tellStory(folder: string, telling: Telling, signal: AbortSignal): Promise<StoryResult> {
  const folders: PartnerFolders = { harbour: join(folder, "harbour", "data"), meadow: join(folder, "meadow", "data"), lantern: join(folder, "lantern", "data") };
  telling.heading("Three companies, each with a folder, keys and rows of its own");
  const named = process.env["COHORTIUM_DATASETS"];
  const doubt = named === undefined ? null : await doubtAbout(named);
  if (doubt !== null) telling.line(`COHORTIUM_DATASETS is of no use: ${doubt}`);
  const places = [named, join(ROOT, "..", "shared", "datasets")].filter((place) => place !== undefined);
  const data = await prepareData(folders, { folders: places, download: true });
  telling.line(data.source === "bank-marketing" ? "rows: the public bank-marketing data, without the length of the call" : "rows: GENERATED with a known truth, because the public data was not to be had");

  const partners = (["harbour", "meadow", "lantern"] as const).map((name) => ({ name, own: folders[name] })).map(({ name, own }) => ({ name, rows: join(own, CONTACTS_FILE), holdout: join(own, HOLDOUT_FILE) }));
  const consortium = await LocalConsortium.found(folder, "term-deposit-circle", partners);
  const stop = () => void consortium.stop();
  signal.addEventListener("abort", stop);
  try {
    return await train(consortium, { folder, folders, data }, telling);
  } finally {
    signal.removeEventListener("abort", stop);
    await consortium.stop();
  }
}

interface Scene {
  readonly folder: string;
  readonly folders: PartnerFolders;
  readonly data: PreparedData;
}

async function train(consortium: LocalConsortium, { folder, folders, data }: Scene, telling: Telling): Promise<StoryResult> {
  telling.heading("They enrol over TLS with one-time codes; the operator approves");
  await consortium.enrol({ enrolled: (party, words, entry) => telling.line(`${party.padEnd(8)} log entry ${entry} · ${words}`) });

  telling.heading("They sign a charter");
  const draft = draftCharter(data);
  const digest = await consortium.agree(draft);
  const { charter } = await consortium.coordinator.admin.get(`/v1/charters/${digest}`, z.object({ charter: z.json() }));
  const plan = tellCharter(charter, telling);
  telling.line(`signed by all · digest ${digest.slice(0, 16)}…`);

  telling.heading("They train one model; every update is masked");
  const session = await consortium.launch(digest);
  const view = await consortium.follow(session, (now) => telling.progress(now));
  if (view.state !== "done") throw new Error(`the training ended without a model: ${view.says}`);

  const results = await Promise.all(consortium.nodes.map((node) => resultOf(node, session)));
  const egress = await Promise.all(consortium.nodes.map(async (node) => ({ name: node.name, lines: await egressOf(node) })));
  const joint = await jointModel(consortium.nodes[0], session);
  telling.heading("Anybody can check: the log, every signature, and every sum again");
  const audit = await witnessed(consortium, join(folder, "coordinator", "public"));
  const pooled = await fitAllRows(folders, plan);
  return { data, view, partners: results, pooled, coefficientGap: coefficientGap(joint, pooled.model, plan), egress, audit };
}

/** The template, with the dates of today and the digest of the held-out file. */
function draftCharter({ holdoutDigest }: PreparedData): Json {
  const draft = parseDraft(readCharterYaml(readFileSync(join(ROOT, "examples", "charters", "bank-marketing.yaml"), "utf8")));
  const now = Date.now();
  const second = (ms: number) => `${instantText(ms).slice(0, 19)}Z`;
  const questions = draft.questions.map((question) => ({ ...question, evaluation: { ...parseDraftEvaluation(question), holdout: "common", holdoutDigest } }));
  return { ...draft, notBefore: second(now - DAY_MS), expires: second(now + 90 * DAY_MS), questions };
}

function parseDraft(json: Json) {
  return z.object({ questions: z.array(z.record(z.string(), z.json())) }).catchall(z.json()).parse(json);
}

function parseDraftEvaluation(question: Readonly<Record<string, Json>>) {
  return z.record(z.string(), z.json()).parse(question["evaluation"]);
}

function tellCharter(json: Json, telling: Telling): TrainingPlan {
  const check = checkCharter(json);
  if (check.kind === "refused") throw new Error("the coordinator shows a charter that breaks its own rules");
  for (const sentence of charterWords(check.charter, "en")) telling.line(sentence);
  return planOf(check.charter);
}

const comparison = z.object({
  kind: z.literal("compared"), trainRows: z.number(), heldRows: z.number(),
  alone: z.object({ auc: z.number() }), joint: z.object({ auc: z.number() }),
});
const outcome = z.object({ kind: z.string(), comparison: comparison.optional(), model: z.json().optional() });
const trainingsAnswer = z.object({ trainings: z.array(z.object({ session: z.string(), outcome })) });

/** The node works out what it gained after the coordinator is done. */
async function outcomeAt(node: LocalProcess | undefined, session: string) {
  for (let waitedMs = 0; waitedMs < 30_000; waitedMs += 50) {
    const found = (await node?.admin.get("/v1/trainings", trainingsAnswer))?.trainings.find((training) => training.session === session);
    if (found !== undefined) return found.outcome;
    await sleep(50);
  }
  throw new Error(`${node?.name ?? "a node"} has no report after 30 s`);
}

async function resultOf(node: LocalProcess, session: string): Promise<PartnerResult> {
  const { comparison: compared } = await outcomeAt(node, session);
  if (compared === undefined) throw new Error(`${node.name} could not compare the joint model with its own`);
  return { name: node.name, rows: compared.trainRows, aucAlone: compared.alone.auc, aucJoint: compared.joint.auc };
}

async function jointModel(node: LocalProcess | undefined, session: string): Promise<Json> {
  return (await outcomeAt(node, session)).model ?? null;
}

async function egressOf(node: LocalProcess): Promise<readonly EgressLine[]> {
  const line = z.object({
    n: z.number(), atMs: z.number(), recipient: z.string(), session: z.string(), round: z.number(), kind: z.string(),
    bytes: z.number(), meaning: z.string(), digest: z.string(),
  });
  return (await node.admin.get("/v1/egress", z.object({ lines: z.array(line) }))).lines;
}

/** Audits with a checkpoint that a node kept, once the nodes have cosigned the last one; they do so a moment after they have seen it. */
async function witnessed(consortium: LocalConsortium, published: string): Promise<FolderAudit> {
  const [node] = consortium.nodes;
  let report = auditFolder(published, null);
  for (let waitedMs = 0; waitedMs < 5_000 && report.witnesses < consortium.nodes.length; waitedMs += 50) {
    await sleep(50);
    const kept = await node?.admin.get("/v1/checkpoint", z.object({ checkpoint: z.string() }));
    report = auditFolder(published, kept?.checkpoint ?? null);
  }
  return report;
}
