import { fromBase64, toBase64 } from "@cohortium/crypto/bytes";
import type { Json } from "@cohortium/crypto/canonical-json";
import { memberOf } from "@cohortium/crypto/json-member";
import { outdatedCharter } from "@cohortium/protocol/host/outdated-charter";
import { Refusal } from "@cohortium/protocol/host/refusal";
import { bytesOf, textOf, transaction, type Row } from "@cohortium/protocol/host/sqlite";
import { entrySignedBy, parseEntry, type Entry } from "@cohortium/protocol/log/entry";
import { parseBody } from "@cohortium/protocol/log/bodies";
import { checkCharter } from "@cohortium/protocol/charter/check";
import type { Problem } from "@cohortium/protocol/charter/clauses";
import { completeCharter } from "@cohortium/protocol/charter/completion";
import { charterDiff } from "@cohortium/protocol/charter/diff";
import { charterAsJson, charterDigest } from "@cohortium/protocol/charter/digest";
import { charterWords } from "@cohortium/protocol/charter/words";
import type { Charter } from "@cohortium/protocol/charter/charter";
import { encodeEvent } from "@cohortium/protocol/session/codec";
import { parseDigest, type Digest, type PartyId } from "@cohortium/protocol/session/ids";
import type { CharterAnswered } from "@cohortium/protocol/session/membership";
import { state, type Office } from "./office.js";
import { parseJson } from "./store.js";

export interface CharterView {
  readonly digest: string;
  readonly name: string;
  readonly state: "proposed" | "in-force" | "refused";
  readonly signatures: readonly string[];
  /** Parties that have neither signed nor refused. */
  readonly waitingFor: readonly string[];
  readonly refusals: readonly { readonly party: string; readonly reason: string }[];
  readonly expires: string;
}

interface Kept {
  readonly digest: Digest;
  readonly state: CharterView["state"];
  readonly charter: Charter;
  readonly proposal: Entry;
}

interface Answer {
  readonly party: string;
  readonly entry: Entry;
  /** null for a signature. */
  readonly reason: string | null;
}

/** Charters from draft to force: the operator proposes, every party signs or refuses, the log holds it all. */
export class Charters {
  readonly #office: Office;

  constructor(office: Office) {
    this.#office = office;
  }

  /** What proposing this draft would mean. Changes nothing. @throws Refusal CHARTER_REFUSED with every problem. */
  plan(draft: Json) {
    const charter = this.#checked(draft);
    const before = this.#all().findLast((kept) => kept.state === "in-force" && kept.charter.name === charter.name);
    return { digest: charterDigest(charter), words: charterWords(charter, "en"), charter: charterAsJson(charter), changes: before === undefined ? [] : charterDiff(before.charter, charter) };
  }

  /** Signs the completed draft as operator, logs it, and sends it to every party. */
  propose(draft: Json): Digest {
    const charter = this.#checked(draft);
    const digest = charterDigest(charter);
    const { database, statements, publish, nowMs, logger } = this.#office;
    const proposal = transaction(database, () => {
      const entry = statements.keep(`charter/${digest}`, state(this.#office, "charter", digest, { digest, charter: charterAsJson(charter) }));
      database.prepare("INSERT INTO charters VALUES (?, 'proposed', ?, ?, ?) ON CONFLICT DO NOTHING").run(digest, encodeEvent(charterAsJson(charter)), entry.bytes, nowMs());
      return entry;
    });
    publish([proposal]);
    this.#send(digest, charter, proposal);
    logger.info("a charter is proposed", { charter: digest });
    return digest;
  }

  /** A party signed or refused. `admit` runs its argument in the transaction that marks the letter as received. */
  answered({ from, answer }: CharterAnswered, admit: (work: () => void) => boolean): void {
    const kept = this.#find(answer.statement.charter);
    const party = kept?.charter.parties.find(({ name }) => name === from);
    const genuine = kept !== null && party !== undefined && answer.statement.actor === from
      && (answer.statement.type === "charter.signature" || answer.statement.type === "charter.refusal")
      && parseBody(answer.statement).ok && entrySignedBy(answer, fromBase64(party.signingKey));
    if (!genuine) {
      this.#office.logger.warn("an answer to a charter was not acceptable", { party: from });
      admit(() => undefined);
      return;
    }
    admit(() => {
      this.#office.statements.keep(`answer/${kept.digest}/${from}`, answer);
      this.#office.database.prepare("INSERT INTO charter_answers VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING").run(kept.digest, from, answer.bytes, reasonIn(answer));
    });
    this.#office.publish([answer]);
    this.#settle(kept);
  }

  /** After a restart: everything is said again; logs and outboxes drop what they have. */
  recover(): void {
    for (const row of this.#rows()) {
      const outdated = outdatedOf(row);
      if (outdated !== null) this.#office.logger.error("a kept charter breaks a rule that is newer than it; nothing happens under it any more", { charter: textOf(row, "digest"), because: outdated.detail, fix: NEW_VERSION });
    }
    for (const kept of this.#all()) {
      this.#send(kept.digest, kept.charter, kept.proposal);
      this.#settle(kept);
    }
  }

  inForce(digest: string): Charter | null {
    const kept = this.#find(digest);
    return kept?.state === "in-force" ? kept.charter : null;
  }

  /** What to say of a charter that was kept under older rules and breaks a newer one; null if this is none. */
  outdated(digest: string): Refusal | null {
    const row = this.#row(digest);
    return row === undefined ? null : outdatedOf(row);
  }

  /** Whether a charter in force names this party with the keys it is enrolled with. */
  isParty(name: PartyId, digest: string): boolean {
    const charter = this.inForce(digest);
    return charter !== null && this.#present(charter).includes(name);
  }

  views(): readonly CharterView[] {
    return this.#all().map((kept) => this.#viewOf(kept));
  }

  view(digest: string) {
    const kept = this.#find(digest);
    if (kept === null) throw this.outdated(digest) ?? new Refusal({ code: "CHARTER_UNKNOWN", title: "no such charter", detail: digest, fix: "list them with: cohortium charter ls", status: 404 });
    return { ...this.#viewOf(kept), charter: charterAsJson(kept.charter), words: charterWords(kept.charter, "en") };
  }

  #checked(draft: Json): Charter {
    const { parties, self, signer, logKey } = this.#office;
    const keys = Object.fromEntries(parties.parties().filter(({ revoked }) => !revoked)
      .map(({ name, signingKey, agreementKey }) => [name, { signingKey: toBase64(signingKey), agreementKey: toBase64(agreementKey) }]));
    const completed = completeCharter(draft, keys, { name: self, signingKey: toBase64(signer.publicKey), logKey });
    if (completed.kind === "refused") throw refused(completed.problems);
    const check = checkCharter(completed.json);
    if (check.kind === "refused") throw refused(check.problems);
    this.#fitsHere(check.charter);
    return check.charter;
  }

  /** What no charter can say of itself: that it is this consortium's, and that there is still time to sign it. */
  #fitsHere({ consortium, expires }: Charter): void {
    const { consortium: ours, nowMs } = this.#office;
    if (consortium !== ours) {
      throw new Refusal({
        code: "CHARTER_CONSORTIUM", title: "the charter is another consortium's", detail: `it says ${consortium}, and this coordinator serves ${ours}`, rule: "/consortium", fix: `write: consortium: ${ours}`,
      });
    }
    if (!(nowMs() < Date.parse(expires))) {
      throw new Refusal({ code: "CHARTER_EXPIRED", title: "the charter has ended before it began", detail: `it holds until ${expires}`, rule: "/expires", fix: "write a later time" });
    }
  }

  #send(digest: Digest, charter: Charter, proposal: Entry): void {
    for (const to of this.#present(charter)) this.#office.post({ key: `charter/${digest}/proposed`, message: { kind: "charter-proposed", to, proposal } }, digest);
  }

  /** A charter is between keys: whoever has enrolled since with others, under the same name, is a stranger to it. */
  #present(charter: Charter): readonly PartyId[] {
    return charter.parties.map(({ name, signingKey }) => ({ name, signingKey, known: this.#office.parties.party(name) }))
      .filter(({ signingKey, known }) => known !== null && toBase64(known.signingKey) === signingKey).map(({ name }) => name);
  }

  /** All signed: in force. One refused: refused for good, because an agreement needs everybody. */
  #settle({ digest, charter, proposal, state: before }: Kept): void {
    const answers = this.#answers(digest);
    const signed = answers.filter(({ reason }) => reason === null);
    const inForce = charter.parties.every(({ name }) => signed.some(({ party }) => party === name));
    const { database, logger, post } = this.#office;
    if (inForce) {
      database.prepare("UPDATE charters SET state = 'in-force' WHERE digest = ?").run(digest);
      const signatures = signed.map(({ entry }) => entry);
      for (const to of this.#present(charter)) post({ key: `charter/${digest}/in-force`, message: { kind: "charter-in-force", to, proposal, signatures } }, digest);
      if (before !== "in-force") logger.info("a charter is in force", { charter: digest });
    } else if (answers.some(({ reason }) => reason !== null)) {
      database.prepare("UPDATE charters SET state = 'refused' WHERE digest = ?").run(digest);
    }
  }

  #viewOf({ digest, state: standing, charter }: Kept): CharterView {
    const answers = this.#answers(digest);
    return {
      digest, name: charter.name, state: standing, expires: charter.expires,
      signatures: answers.filter(({ reason }) => reason === null).map(({ party }) => party),
      waitingFor: charter.parties.map(({ name }) => name).filter((name) => !answers.some(({ party }) => party === name)),
      refusals: answers.flatMap(({ party, reason }) => (reason === null ? [] : [{ party, reason }])),
    };
  }

  #answers(digest: string): readonly Answer[] {
    return this.#office.database.prepare("SELECT * FROM charter_answers WHERE digest = ? ORDER BY party").all(digest)
      .map((row) => ({ party: textOf(row, "party"), entry: parseEntry(bytesOf(row, "entry")), reason: row["reason"] === null ? null : textOf(row, "reason") }));
  }

  #find(digest: string): Kept | null {
    const row = this.#row(digest);
    return row === undefined ? null : keptOf(row);
  }

  #all(): readonly Kept[] {
    return this.#rows().flatMap((row) => keptOf(row) ?? []);
  }

  #row(digest: string): Row | undefined {
    return this.#office.database.prepare("SELECT * FROM charters WHERE digest = ?").get(digest);
  }

  #rows(): readonly Row[] {
    return this.#office.database.prepare("SELECT * FROM charters ORDER BY at_ms, digest").all();
  }
}

const NEW_VERSION = "propose a new version that keeps the rule";

/** Null where rules have become stricter since the charter was kept: then nothing happens under it, and everything else goes on. */
function keptOf(row: Row): Kept | null {
  const check = checkCharter(parseJson(bytesOf(row, "charter")));
  if (check.kind === "refused") return null;
  return { digest: parseDigest(textOf(row, "digest")), state: parseState(textOf(row, "state")), charter: check.charter, proposal: parseEntry(bytesOf(row, "proposal")) };
}

function outdatedOf(row: Row): Refusal | null {
  return outdatedCharter(parseJson(bytesOf(row, "charter")), NEW_VERSION);
}

function parseState(text: string): CharterView["state"] {
  const found = (["proposed", "in-force", "refused"] as const).find((known) => known === text);
  if (found === undefined) throw new RangeError("a charter is in no known state");
  return found;
}

function reasonIn({ statement: { type, body } }: Entry): string | null {
  if (type === "charter.signature") return null;
  const reason = memberOf(body, "reason");
  return typeof reason === "string" ? reason.slice(0, 500) : "no reason given";
}

function refused(problems: readonly Problem[]): Refusal {
  const [first] = problems;
  return new Refusal({
    code: "CHARTER_REFUSED", title: problems.length === 1 ? "the charter breaks a rule" : `the charter breaks its rules in ${problems.length} places`,
    detail: problems.map(({ clause, path, says, fix }) => `${clause} at ${path === "" ? "the whole" : path}: ${says}; to do: ${fix}`).join("\n"),
    rule: first?.clause, fix: first?.fix,
  });
}
