import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Json } from "@cohortium/crypto/canonical-json";
import { toHex } from "@cohortium/crypto/bytes";
import { sha256 } from "@cohortium/crypto/hash";
import { readCharterYaml } from "@cohortium/protocol/host/charter-yaml";
import { checkCharter } from "@cohortium/protocol/charter/check";
import { charterWords } from "@cohortium/protocol/charter/words";
import { instantText } from "@cohortium/protocol/session/instant";
import type { Answer } from "@cohortium/protocol/statistics/answer";
import { z } from "zod";
import type { Telling } from "../bank-marketing/telling.js";
import { auditFolder, type FolderAudit } from "../consortium/audit-folder.js";
import { typeCommand } from "../consortium/command-line.js";
import { LocalConsortium } from "../consortium/local-consortium.js";
import type { LocalProcess } from "../consortium/processes.js";
import { findCustomers, type Customers } from "./customers.js";
import { DEALT, dealCustomers, type Company } from "./deal.js";
import { COHORT, CONTROL, heldAgainst, type Held } from "./truth.js";

/** Everything that the story has to show. */
export interface AskedResult {
  readonly data: Customers["source"];
  readonly held: readonly Held[];
  /** The first question asked again: whether its answer was the same bytes, and what that cost. */
  readonly again: { readonly isSame: boolean; readonly costs: number };
  /** The question that the budget does not cover, and what left any node for it. */
  readonly refused: { readonly exit: number | null; readonly messages: number };
  /** In 10^-9 of ρ: what the nodes' own accounts say, and the log. */
  readonly charged: { readonly byNodes: readonly number[]; readonly byLog: number };
  readonly audit: FolderAudit;
}

/** What the story is told to, and by what it is stopped. */
export interface Hearing {
  readonly signal: AbortSignal;
  show(text: string): void;
}

const ROOT = join(import.meta.dirname, "..", "..", "..");
const DAY_MS = 86_400_000;

/** Founds the consortium in `folder`, asks, and collects what there is to show. The processes are stopped in the end, whatever happens. */
export async function askQuestions(folder: string, telling: Telling, hearing: Hearing): Promise<AskedResult> {
  telling.heading("Three mail-order houses, each with a folder, keys and customers of its own");
  const named = process.env["COHORTIUM_DATASETS"];
  const customers = await findCustomers([...(named === undefined ? [] : [named]), join(ROOT, "..", "shared", "datasets")]);
  telling.line(customers.source === "hillstrom" ? "rows: Hillstrom's public e-mail challenge, 64,000 customers" : "rows: GENERATED with a known truth, because hillstrom-email/hillstrom.csv is not there");
  const files = await dealCustomers(customers.rows, folder);
  const partners = companies().map((name) => ({ name, rows: files[name], holdout: null }));
  const consortium = await LocalConsortium.found(folder, "mail-order-circle", partners);
  const stop = () => void consortium.stop();
  hearing.signal.addEventListener("abort", stop);
  try {
    telling.heading("They enrol over TLS with one-time codes, and sign what may be asked, and for how much");
    await consortium.enrol({ enrolled: (party, words, entry) => telling.line(`${party.padEnd(8)} log entry ${entry} · ${words}`) });
    const digest = await consortium.agree(draftCharter());
    await tellCharter(consortium, digest, telling);
    return await new Asker(consortium, { customers, telling, hearing, folder }).ask();
  } finally {
    hearing.signal.removeEventListener("abort", stop);
    await consortium.stop();
  }
}

function companies(): readonly Company[] {
  return Object.keys(DEALT).filter((name): name is Company => Object.hasOwn(DEALT, name));
}

/** The template, with the dates of today. */
function draftCharter(): Json {
  const draft = z.record(z.string(), z.json()).parse(readCharterYaml(readFileSync(join(ROOT, "examples", "charters", "email-campaign.yaml"), "utf8")));
  const second = (ms: number) => `${instantText(ms).slice(0, 19)}Z`;
  return { ...draft, notBefore: second(Date.now() - DAY_MS), expires: second(Date.now() + 90 * DAY_MS) };
}

async function tellCharter(consortium: LocalConsortium, digest: string, telling: Telling): Promise<void> {
  const { charter } = await consortium.coordinator.admin.get(`/v1/charters/${digest}`, z.object({ charter: z.json() }));
  const check = checkCharter(charter);
  if (check.kind === "refused") throw new Error("the coordinator shows a charter that breaks its own rules");
  for (const sentence of charterWords(check.charter, "en")) telling.line(sentence);
}

interface Stage {
  readonly customers: Customers;
  readonly telling: Telling;
  readonly hearing: Hearing;
  readonly folder: string;
}

const EXPERIMENT = [
  "experiment", "--arm", "segment", "--control", CONTROL, "--shares", "1,1,1", "--metric", "visit", "--from", "2008-03-01", "--to", "2008-03-14", "--epsilon", "0.6",
];
const QUANTILES = ["quantiles", "--measure", "history", "--spacing", "log", "--probabilities", "0.25,0.5,0.75,0.9", "--epsilon", "0.4"];
const PROFILE = ["profile", "--cohort", `channel=${COHORT}`, "--by", "zip_code", "--measure", "history", "--epsilon", "0.5"];
/** Alone it would fit; after the others it does not, with the reserve or without. */
const TOO_MUCH = ["drift", "--column", "zip_code", "--epsilon", "1.95"];

/** Types what an operator, a partner and an auditor would type. */
class Asker {
  readonly #consortium: LocalConsortium;
  readonly #stage: Stage;

  constructor(consortium: LocalConsortium, stage: Stage) {
    this.#consortium = consortium;
    this.#stage = stage;
  }

  async ask(): Promise<AskedResult> {
    const { telling, customers: { source, rows } } = this.#stage;
    const { coordinator, nodes } = this.#consortium;
    const node = this.#consortium.node("harbour");
    telling.heading("The price first, then the answer: which mail brought customers to the shop?");
    await this.#type(coordinator, "question", "plan", ...EXPERIMENT, "--rows", String(rows.length));
    const first = await this.#answer(EXPERIMENT);
    telling.heading("What had customers spent before, and who are those who buy by telephone and on the web?");
    const others = [await this.#answer(QUANTILES), await this.#answer(PROFILE)];
    telling.heading("Asked again, it is the same answer, for nothing, and needs no yes");
    const again = await this.#again(EXPERIMENT, first, node);
    telling.heading("More than is left is refused, before any company computes anything");
    const refused = await this.#overspend();
    telling.heading("What left a company, and what it cost, by that company's own account");
    await this.#type(node, "egress", "show", "--session", first.session);
    await this.#type(node, "budget", "show");
    telling.heading("Anybody can check: every sum and answer again, and what each answer cost");
    const { audit, byLog } = await this.#audit(node);
    return {
      data: source, held: [first, ...others].flatMap(({ answer }) => heldAgainst(answer, rows)), again, refused,
      charged: { byNodes: await Promise.all(nodes.map(spentAt)), byLog }, audit,
    };
  }

  /** Shows the command and what it printed. */
  async #type(at: LocalProcess, ...args: readonly string[]): Promise<{ readonly code: number | null; readonly says: string }> {
    const { hearing: { show, signal } } = this.#stage;
    signal.throwIfAborted();
    show(`\n$ cohortium --folder ${at.name} ${args.map((arg) => (/[\s"]/.test(arg) ? `"${arg}"` : arg)).join(" ")}\n`);
    const typed = await typeCommand(at.folder, "--quiet", ...args).ended;
    show(typed.says.trimEnd());
    return typed;
  }

  async #answer(asked: readonly string[]): Promise<Asked> {
    const { code, says } = await this.#type(this.#consortium.coordinator, "question", "ask", ...asked, "--yes");
    if (code !== 0) throw new Error(`the question was not answered:\n${says}`);
    return this.#last();
  }

  /** The newest question, with its answer's bytes. */
  async #last(): Promise<Asked> {
    const { admin } = this.#consortium.coordinator;
    const { questions } = await admin.get("/v1/questions", z.object({ questions: z.array(z.object({ session: z.string(), answer: z.json() })) }));
    const newest = questions.at(-1);
    if (newest === undefined) throw new Error("the coordinator knows of no question");
    return { session: newest.session, answer: parseAnswer(newest.answer), bytes: await admin.getBytes(`/v1/questions/${newest.session}/answer`), asked: questions.length };
  }

  async #again(asked: readonly string[], first: Asked, node: LocalProcess): Promise<AskedResult["again"]> {
    const { coordinator } = this.#consortium;
    const [spent, before] = [await spentAt(node), await this.#last()];
    await this.#type(coordinator, "question", "ask", ...asked);
    const bytes = await coordinator.admin.getBytes(`/v1/questions/${first.session}/answer`);
    const isSame = (await this.#last()).asked === before.asked && Buffer.from(bytes).equals(first.bytes);
    this.#stage.telling.line(`${bytes.length} bytes, SHA-256 ${toHex(sha256(bytes)).slice(0, 16)}…${isSame ? ", as before" : ": NOT as before"}`);
    return { isSame, costs: (await spentAt(node)) - spent };
  }

  async #overspend(): Promise<AskedResult["refused"]> {
    const before = await messagesOf(this.#consortium.nodes);
    const { code } = await this.#type(this.#consortium.coordinator, "question", "ask", ...TOO_MUCH, "--yes");
    const messages = (await messagesOf(this.#consortium.nodes)) - before;
    this.#stage.telling.line(`exit code ${code ?? "none"}; ${messages} messages left the companies`);
    return { exit: code, messages };
  }

  async #audit(node: LocalProcess): Promise<{ readonly audit: FolderAudit; readonly byLog: number }> {
    const { folder } = this.#stage;
    const { checkpoint } = await node.admin.get("/v1/checkpoint", z.object({ checkpoint: z.string() }));
    writeFileSync(join(folder, "kept.txt"), checkpoint);
    const published = join(folder, "coordinator", "public");
    await this.#type(node, "audit", "verify", published, "--checkpoint", join(folder, "kept.txt"));
    const audit = auditFolder(published, checkpoint);
    return { audit, byLog: audit.privacy[0]?.chargedNanoRho ?? Number.NaN };
  }
}

interface Asked {
  readonly session: string;
  readonly answer: Answer;
  readonly bytes: Uint8Array;
  /** How many questions the coordinator has taken on until now. */
  readonly asked: number;
}

/** What a node's own account says it has spent, in 10^-9 of ρ. */
async function spentAt(node: LocalProcess): Promise<number> {
  const { charges } = await node.admin.get("/v1/budget/ledger", z.object({ charges: z.array(z.object({ nanoRho: z.number() })) }));
  return charges.reduce((spent, { nanoRho }) => spent + nanoRho, 0);
}

/** Masked vectors and letters that left all nodes until now. */
async function messagesOf(nodes: readonly LocalProcess[]): Promise<number> {
  const lines = await Promise.all(nodes.map((node) => node.admin.get("/v1/egress", z.object({ lines: z.array(z.unknown()) }))));
  return lines.reduce((sum, { lines: own }) => sum + own.length, 0);
}

/** The coordinator's own answer to its own version of the program. */
function parseAnswer(json: unknown): Answer {
  return json as Answer;
}
