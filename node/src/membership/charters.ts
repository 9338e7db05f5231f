import type { Json } from "@cohortium/crypto/canonical-json";
import { memberOf } from "@cohortium/crypto/json-member";
import type { Signer } from "@cohortium/crypto/signing";
import type { Logger } from "@cohortium/protocol/host/logger";
import { outdatedCharter } from "@cohortium/protocol/host/outdated-charter";
import { Refusal } from "@cohortium/protocol/host/refusal";
import { entrySignedBy, signEntry, type Entry, type Statement } from "@cohortium/protocol/log/entry";
import { checkCharter } from "@cohortium/protocol/charter/check";
import { charterAsJson, charterDigest } from "@cohortium/protocol/charter/digest";
import { charterWords } from "@cohortium/protocol/charter/words";
import type { Charter } from "@cohortium/protocol/charter/charter";
import { parseDigest, type Digest, type PartyId } from "@cohortium/protocol/session/ids";
import { instantText } from "@cohortium/protocol/session/instant";
import type { CharterAnswered, CharterInForce, CharterProposed } from "@cohortium/protocol/session/membership";
import { sharesGains } from "@cohortium/protocol/training/partner-numbers";
import { fromBase64, toBase64 } from "@cohortium/crypto/bytes";
import type { KeptCharter, NodeStore } from "../store/node-store.js";

/** What charters need of the node around them. */
export interface CharterHost {
  readonly self: PartyId;
  readonly signer: Signer;
  readonly agreementPublic: Uint8Array;
  readonly coordinator: { readonly name: PartyId; readonly signingKey: Uint8Array; readonly logKey: string };
  readonly store: NodeStore;
  readonly logger: Logger;
  readonly nowMs: () => number;
  post(key: string, message: CharterAnswered, charter: Digest): void;
}

export interface CharterView {
  readonly digest: string;
  readonly name: string;
  readonly state: KeptCharter["state"];
  readonly expires: string;
  readonly words: readonly string[];
  readonly reason: string;
}

/** The charters this node knows. Nothing is answered under one that a person here has not signed. */
export class Charters {
  readonly #host: CharterHost;

  constructor(host: CharterHost) {
    this.#host = host;
  }

  /**
   * Keeps a proposal if it is the operator's, sound, and names this node with its own keys; otherwise says why it was ignored.
   *
   * @param admit - Runs its argument in the transaction that marks the letter as received.
   */
  proposed({ proposal }: CharterProposed, admit: (work: () => void) => boolean): string | null {
    const because = this.#doubtAbout(proposal);
    admit(() => {
      if (because === null) this.#host.store.propose(proposal.statement.charter, proposal);
    });
    return because;
  }

  /** The charter is in force if this node signed it and every party's signature is there and good. */
  inForce({ proposal, signatures }: CharterInForce, admit: (work: () => void) => boolean): string | null {
    const digest = proposal.statement.charter;
    const kept = this.#host.store.charter(digest);
    const charter = kept === null ? null : charterIn(kept.proposal);
    const missing = charter?.parties.find(({ name, signingKey }) => !signatures.some((entry) => isSignature(entry, digest, name, fromBase64(signingKey))));
    const because = kept === null || charter === null ? "this node does not know the charter" : kept.state === "proposed" || kept.state === "refused" ? "this node has not signed it"
      : missing !== undefined ? `the signature of ${missing.name} is missing or not its own` : null;
    admit(() => {
      if (because === null) this.#host.store.putInForce(digest, signatures);
    });
    return because;
  }

  /** A person here agrees. @throws Refusal unless the charter waits for that, and CHARTER_EXPIRED if its time is over. */
  sign(digest: string): CharterView {
    const charter = this.#undecided(digest);
    const { expires } = this.text(digest);
    if (!(this.#host.nowMs() < Date.parse(expires))) {
      throw new Refusal({ code: "CHARTER_EXPIRED", title: "the charter's time is over", detail: `it held until ${expires}`, rule: "/expires", fix: "ask the operator for a new version, and refuse this one" });
    }
    this.#answer(charter, { type: "charter.signature", body: { digest } }, "signed", "");
    return this.view(digest);
  }

  /** A person here does not agree, and says why. */
  refuse(digest: string, reason: string): CharterView {
    const charter = this.#undecided(digest);
    this.#answer(charter, { type: "charter.refusal", body: { digest, reason } }, "refused", reason);
    return this.view(digest);
  }

  /** The charter under this digest, if it is in force here. */
  charterInForce(digest: string): Charter | null {
    const kept = this.#host.store.charter(digest);
    return kept?.state === "in-force" ? charterIn(kept.proposal) : null;
  }

  /** After a restart: says which charters are of no use any more. */
  recover(): void {
    const { store, logger } = this.#host;
    for (const { digest, proposal } of store.charters()) {
      const outdated = outdatedCharter(bodyCharter(proposal), NEW_VERSION);
      if (outdated !== null) logger.error("a kept charter breaks a rule that is newer than it; nothing is answered under it any more", { charter: digest, because: outdated.detail, fix: NEW_VERSION });
    }
  }

  /** What the charter in force under this digest says about numbers of one company alone; where none is, they stay. */
  perPartner(digest: string): "own" | "shared" {
    const charter = this.charterInForce(digest);
    return charter !== null && sharesGains(charter) ? "shared" : "own";
  }

  /** The charter under this digest, whatever was decided about it. @throws Refusal CHARTER_UNKNOWN, or CHARTER_OUTDATED if it breaks a newer rule. */
  text(digest: string): Charter {
    const kept = this.#host.store.charter(digest);
    if (kept === null) throw unknown(digest);
    const charter = charterIn(kept.proposal);
    if (charter === null) throw outdatedCharter(bodyCharter(kept.proposal), NEW_VERSION) ?? unknown(digest);
    return charter;
  }

  views(): readonly CharterView[] {
    return this.#host.store.charters().flatMap((kept) => {
      const charter = charterIn(kept.proposal);
      return charter === null ? [] : [viewOf(kept, charter)];
    });
  }

  view(digest: string): CharterView & { readonly charter: Json } {
    const kept = this.#host.store.charter(digest);
    if (kept === null) throw unknown(digest);
    const charter = this.text(digest);
    return { ...viewOf(kept, charter), charter: charterAsJson(charter) };
  }

  #doubtAbout(proposal: Entry): string | null {
    const { coordinator, self, signer, agreementPublic } = this.#host;
    if (proposal.statement.type !== "charter" || !entrySignedBy(proposal, coordinator.signingKey)) return "it is not the operator's";
    const check = checkCharter(bodyCharter(proposal));
    if (check.kind === "refused") return `it breaks ${check.problems.map(({ clause }) => clause).join(", ")}`;
    const { charter } = check;
    if (charterDigest(charter) !== proposal.statement.charter) return "its digest is not its own";
    if (charter.operator.logKey !== coordinator.logKey || charter.operator.signingKey !== toBase64(coordinator.signingKey)) return "it names another operator or log than this node enrolled with";
    const me = charter.parties.find(({ name }) => name === self);
    const mine = me?.signingKey === toBase64(signer.publicKey) && me.agreementKey === toBase64(agreementPublic);
    return mine ? null : "it does not name this node with its own keys";
  }

  #undecided(digest: string): KeptCharter {
    const kept = this.#host.store.charter(digest);
    if (kept === null) throw unknown(digest);
    // What a person cannot be shown, she cannot decide about.
    this.text(digest);
    if (kept.state === "proposed") return kept;
    throw new Refusal({ code: "CHARTER_DECIDED", title: "this charter was decided here before", detail: `it is ${kept.state}`, fix: "the operator can propose a new version", status: 409 });
  }

  #answer(kept: KeptCharter, said: Pick<Statement, "type" | "body">, decision: "signed" | "refused", reason: string): void {
    const { self, signer, store, nowMs, post } = this.#host;
    const atMs = nowMs();
    const entry = signEntry({ v: 1, actor: self, at: instantText(atMs), charter: kept.digest, session: "-", round: 0, ...said }, signer);
    store.inOne(() => {
      store.decide(kept.digest, decision, reason);
      post(`charter/${kept.digest}/answer`, { kind: "charter-answered", from: self, answer: entry, atMs }, parseDigest(kept.digest));
    });
  }
}

function viewOf(kept: KeptCharter, charter: Charter): CharterView {
  return { digest: kept.digest, name: charter.name, state: kept.state, expires: charter.expires, words: charterWords(charter, "en"), reason: kept.reason };
}

function isSignature(entry: Entry, digest: string, party: string, key: Uint8Array): boolean {
  const { type, actor, charter } = entry.statement;
  return type === "charter.signature" && actor === party && charter === digest && entrySignedBy(entry, key);
}

/** The charter in a proposal that was let in. Null where rules have become stricter since: then nothing is answered under it, and everything else goes on. */
function charterIn(proposal: Entry): Charter | null {
  const check = checkCharter(bodyCharter(proposal));
  return check.kind === "refused" ? null : check.charter;
}

const NEW_VERSION = "ask the operator for a new version that keeps the rule";

function bodyCharter({ statement: { body } }: Entry): Json {
  return memberOf(body, "charter") ?? null;
}

function unknown(digest: string): Refusal {
  return new Refusal({ code: "CHARTER_UNKNOWN", title: "this node knows no such charter", detail: digest, fix: "list them with: cohortium charter ls", status: 404 });
}
