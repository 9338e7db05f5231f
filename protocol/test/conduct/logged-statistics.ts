import { toBase64, toHex } from "@cohortium/crypto/bytes";
import { canonicalBytes } from "@cohortium/crypto/canonical-json";
import { sha256 } from "@cohortium/crypto/hash";
import { signerFromSeed } from "@cohortium/crypto/signing";
import { bytesOfWords } from "@cohortium/crypto/words";
import { sessionAuditor } from "../../src/conduct/audit.js";
import { parseEarlier } from "../../src/conduct/earlier.js";
import { audit } from "../../src/log/audit.js";
import { uploadPath } from "../../src/log/audit-bytes.js";
import { charterAsJson } from "../../src/charter/digest.js";
import type { Charter } from "../../src/charter/charter.js";
import type { PartyId } from "../../src/session/ids.js";
import type { Query } from "../../src/statistics/query.js";
import type { EarlierAnswer } from "../../src/statistics/sequence.js";
import { seedOf, SESSION, type WorldGiven } from "../../src/testing/world.js";
import { filesOf, LOG_KEY, ORIGIN, sourceOf } from "../log/small-log.js";
import { signed, tell, type Told } from "./logged-training.js";
import { askedWorld } from "./tiny-statistics.js";

export interface LoggedStatistics {
  readonly digest: string;
  readonly told: readonly Told[];
  /** The log as files, beside the uploads. */
  readonly files: (told: readonly Told[]) => ReturnType<typeof filesOf>;
  /** Audits a log of these statements, signed by their actors, beside the uploads. */
  readonly check: (told: readonly Told[]) => ReturnType<typeof audit>;
}

const HUB = "coordinator" as PartyId;
const keyText = (name: string) => toBase64(signerFromSeed(seedOf(name as PartyId, "signing")).publicKey);
/** The session of the n-th question. */
export const sessionOf = (n: number) => n.toString(16).padStart(2, "0").repeat(16);

/** A whole log of these questions under one charter, one after the other. */
export function loggedStatistics(charter: Charter, queries: readonly Query[], more: Partial<WorldGiven> = {}): LoggedStatistics {
  const uploads = new Map<string, Uint8Array>();
  const earlier: EarlierAnswer[] = [];
  const sessions = queries.flatMap((query, n) => {
    const world = askedWorld(charter, query, { earlier: [...earlier], ...more });
    const step = world.run();
    if (step.kind !== "done" || step.result.kind !== "answer") throw new Error(JSON.stringify(step.kind === "abort" ? step.fault : step.kind));
    earlier.push(parseEarlier(query, step.result.answer));
    for (const [root, words] of world.uploads) uploads.set(root, bytesOfWords(words));
    for (const [root, bytes] of world.encrypted.bulks) uploads.set(root, bytes);
    return world.log.map(({ id, statement }) => ({ id, statement: JSON.parse(JSON.stringify(statement).replaceAll(SESSION, sessionOf(n + 1))) as Told["statement"] }));
  });
  const digest = toHex(sha256(canonicalBytes(charterAsJson(charter))));
  const told: readonly Told[] = [
    tell("log.opened", HUB, { origin: ORIGIN, logKey: LOG_KEY, coordinator: HUB, signingKey: keyText(HUB) }, { charter: "-", session: "-" }),
    tell("charter", HUB, { digest, charter: charterAsJson(charter) }, { session: "-" }),
    ...charter.parties.map(({ name }) => tell("charter.signature", name, { digest }, { session: "-" })),
    ...sessions,
  ];
  const files: LoggedStatistics["files"] = (list) => {
    const all = filesOf(signed(list, digest));
    for (const [root, bytes] of uploads) all.set(uploadPath(root), bytes);
    return all;
  };
  return { digest, told, files, check: (list) => audit(sourceOf(files(list)), { logKey: LOG_KEY, rounds: sessionAuditor() }) };
}
