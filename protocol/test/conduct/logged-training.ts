import { toBase64, toHex } from "@cohortium/crypto/bytes";
import { canonicalBytes, type Json } from "@cohortium/crypto/canonical-json";
import { sha256 } from "@cohortium/crypto/hash";
import { x25519PublicKey } from "@cohortium/crypto/agreement";
import { signerFromSeed } from "@cohortium/crypto/signing";
import { bytesOfWords, type Words } from "@cohortium/crypto/words";
import { audit } from "../../src/log/audit.js";
import { uploadPath } from "../../src/log/audit-bytes.js";
import { signEntry, type EntryType, type Statement } from "../../src/log/entry.js";
import { charterAsJson } from "../../src/charter/digest.js";
import { termsOf } from "../../src/charter/parties.js";
import type { PartyId } from "../../src/session/ids.js";
import { CHARTER as QUOTED, seedOf, SESSION, World, type WorldGiven } from "../../src/testing/world.js";
import { sessionAuditor } from "../../src/conduct/audit.js";
import type { AnswerAsked } from "../../src/conduct/participant.js";
import { planOf, type TrainingPlan } from "../../src/training/plan.js";
import { filesOf, LOG_KEY, ORIGIN, sourceOf } from "../log/small-log.js";
import { bent, sound } from "../charter/fixture.js";
import { TINY_PLAN, tinyWords } from "../training/tiny-rows.js";

/** A statement of a log that is yet to be signed. Others quote it by `id`; whoever changes it need not look for them. */
export interface Told {
  readonly id: string;
  readonly statement: Statement;
}

export interface LoggedTraining {
  readonly plan: TrainingPlan;
  readonly told: readonly Told[];
  /** Audits a log of these statements, signed by their actors, beside the training's uploads. */
  readonly check: (told: readonly Told[], bend?: (files: Map<string, Uint8Array>) => void) => ReturnType<typeof audit>;
}

const HUB = "coordinator" as PartyId;
const signerOf = (name: string) => signerFromSeed(seedOf(name as PartyId, "signing"));
const keyText = (name: string) => toBase64(signerOf(name).publicKey);

/** A whole log of one training of these companies, from the first entry to the close, or to how else it `ends`. */
export function loggedTraining(names: readonly string[], more: Partial<WorldGiven> = {}, ends: "done" | "abort" = "done", { without = null, clauses = [], answer }: Agreement = {}): LoggedTraining {
  const charter = charterOf(names, clauses);
  const plan = planOf(charter, without as PartyId | null);
  const world = new World({ seed: 3, names: names.filter((name) => name !== without) as PartyId[], terms: termsOf(charter), plan, answer: (party, ask) => (answer ?? tinyWords)(party, ask, plan), ...more });
  if (world.run().kind !== ends) throw new Error(`the training does not end as ${ends}`);
  const digest = toHex(sha256(canonicalBytes(charterAsJson(charter))));
  const told: readonly Told[] = [
    tell("log.opened", HUB, { origin: ORIGIN, logKey: LOG_KEY, coordinator: HUB, signingKey: keyText(HUB) }, { charter: "-", session: "-" }),
    tell("charter", HUB, { digest, charter: charterAsJson(charter) }, { session: "-" }),
    ...names.map((name) => tell("charter.signature", name, { digest }, { session: "-" })),
    ...world.log.map(({ id, statement }) => ({ id, statement })),
  ];
  const check: LoggedTraining["check"] = (list, bend = () => undefined) => {
    const files = filesOf(signed(list, digest));
    for (const [root, words] of world.uploads) files.set(uploadPath(root), bytesOfWords(words));
    for (const [root, bytes] of world.encrypted.bulks) files.set(uploadPath(root), bytes);
    bend(files);
    return audit(sourceOf(files), { logKey: LOG_KEY, rounds: sessionAuditor() });
  };
  return { told, check, plan };
}

/** A statement in the training's session. Its id is what others can quote it by. */
export function tell(type: EntryType, actor: string, body: Json, frame: Partial<Statement> = {}): Told {
  const statement: Statement = { v: 1, type, actor, at: "2026-11-22T10:00:00Z", charter: QUOTED, session: SESSION, round: 0, body, ...frame };
  return { id: toHex(sha256(canonicalBytes({ ...statement }))), statement };
}

/** What else the charter says, as values at JSON pointers, and whom the training does without. */
interface Agreement {
  readonly without?: string | null;
  readonly clauses?: readonly (readonly [pointer: string, value: unknown])[];
  /** What the companies answer, where that is not the tiny rows' logistic regression. */
  readonly answer?: (party: PartyId, ask: AnswerAsked, plan: TrainingPlan) => Words;
}

function charterOf(names: readonly string[], more: NonNullable<Agreement["clauses"]>) {
  const parties = names.map((name) => ({
    name, organisation: `The ${name} company`, signingKey: keyText(name), agreementKey: toBase64(x25519PublicKey(seedOf(name as PartyId, "agreement"))),
  }));
  const clauses: readonly (readonly [string, unknown])[] = [
    ["/questions/0/features", TINY_PLAN.features], ["/questions/0/model", TINY_PLAN.model], ["/questions/0/evaluation", TINY_PLAN.evaluation], ["/thresholds", { categoryRows: 10 }],
    ["/rows", { perPartyMax: 1_000, perPartyMin: 10, jointMin: 20 }], ["/operator", { name: HUB, signingKey: keyText(HUB), logKey: LOG_KEY }],
    ["/parties", parties], ["/quorum", Math.floor((2 * names.length) / 3) + 1], ["/aggregation/dropouts", "continue"], ...more,
  ];
  return sound(clauses.reduce<Json>((json, [pointer, value]) => bent(pointer, value, json as object), bent("/version", 1)));
}

/** Every statement signed, and quoted by the id it then has. */
export function signed(list: readonly Told[], charter: string) {
  const renamed = new Map<string, string>([[QUOTED, charter]]);
  return list.map(({ id, statement }) => {
    const text = JSON.stringify(statement).replaceAll(/[0-9a-f]{64}/g, (digest) => renamed.get(digest) ?? digest);
    const entry = signEntry(JSON.parse(text) as Statement, signerOf(statement.actor));
    renamed.set(id, entry.id);
    return entry;
  });
}
