import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { toHex } from "@cohortium/crypto/bytes";
import { chunkRoot } from "@cohortium/crypto/chunk-root";
import { encodeFixed } from "@cohortium/crypto/fixed-point";
import { sha256 } from "@cohortium/crypto/hash";
import { applyMasks } from "@cohortium/crypto/masking";
import { bytesOfWords, type Words } from "@cohortium/crypto/words";
import type { ContributionAsked } from "@cohortium/protocol/aggregation/round-member";
import type { Hiding } from "@cohortium/protocol/aggregation/round-member";
import { writeFileAtomic } from "@cohortium/protocol/host/atomic-file";
import { transaction, type Database } from "@cohortium/protocol/host/sqlite";
import type { Layout } from "@cohortium/protocol/training/layout-parts";
import type { FromNode } from "@cohortium/protocol/conduct/messages";
import type { MembershipFromNode } from "@cohortium/protocol/session/membership";
import { Ciphertexts, type Withheld } from "./ciphertexts.js";
import type { Charge, Overspent, SpendingLimits } from "../store/charges.js";
import { Ledger, type KeptPart, type Release } from "../store/ledger.js";
import { KeptLetters, type LetterRetention } from "../store/kept-letters.js";
import { entryIn } from "./letter-entry.js";
import { keepNotes } from "../store/session-notes.js";
import type { DataNote } from "../data/note.js";
import { meaningOf } from "./meaning.js";
import { addNoise, type OwnNoise } from "./noise.js";
import { Received } from "./received.js";

/** What leaves: the root of a masked vector that lies ready in a file, or the roots of a ciphertext's halves. Or why nothing does. */
export type Egressed =
  | { readonly kind: "released"; readonly release: Release }
  | { readonly kind: "encrypted"; readonly c0: string; readonly c1: string; readonly words: number }
  | { readonly kind: "refused"; readonly code: "AGGREGATION_OVERFLOW" | "BUDGET_SPENT" | "DATA_CHANGED" | "NODE_REFUSED"; readonly clause: string }
  | Withheld;

/** A vector computed from rows, and how it must lie in the ring. */
export interface Computed {
  readonly values: Float64Array;
  readonly layout: Layout;
}

/** Whose vector is released, how many its charter allows in all, and what the vector costs. */
export interface ReleaseTerms {
  readonly id: string;
  readonly charter: string;
  readonly releasesMax: number;
  readonly privacy: ReleasePrivacy;
}

/**
 * `exact`: as the rows have it, free under the charter and within no ceiling of this node's own. `priced`: with this node's share of the noise, or with
 * none where the charter wants exact sums; charged in either case.
 */
export type ReleasePrivacy =
  | { readonly kind: "exact"; readonly limits: Pick<SpendingLimits, "own"> }
  | { readonly kind: "priced"; readonly noise: OwnNoise | null; readonly charge: Pick<Charge, "atMs" | "query" | "kind" | "nanoRho" | "rowSet" | "sample">; readonly limits: SpendingLimits };

/** A message under the key of its occasion, and its bytes on the wire. */
export interface Letter {
  readonly key: string;
  readonly message: FromNode | MembershipFromNode;
  readonly payload: Uint8Array;
}

/** Bytes that leave before the letter about them. */
export interface Leaving {
  readonly kind: string;
  readonly round: number;
  readonly root: string;
  readonly bytes: number;
  readonly path: string;
  readonly meaning: string;
}

interface Refusal {
  readonly kind: "refused";
  readonly code: "BUDGET_SPENT" | "NODE_REFUSED";
  readonly clause: string;
}

const OVER_BUDGET: Refusal = { kind: "refused", code: "NODE_REFUSED", clause: "request.budget" };
const OVERSPENT: Readonly<Record<Overspent, Refusal>> = {
  charter: { kind: "refused", code: "BUDGET_SPENT", clause: "request.privacy-budget" },
  own: { kind: "refused", code: "BUDGET_SPENT", clause: "node.privacy-ceiling" },
};

const PARTS: Readonly<Record<Exclude<KeptPart["part"], "c0" | "c1">, string>> = {
  share: "this node's share of the joint key; nothing can be computed from it without all others'",
  decryption: "this node's part of opening the sum over all parties, and of no other sum",
};

type Hidden<Scheme extends Hiding["scheme"]> = ContributionAsked & { readonly hide: Extract<Hiding, { readonly scheme: Scheme }> };

/** To whom something goes, in which session, when. */
export interface About {
  readonly recipient: string;
  readonly session: string;
  readonly atMs: number;
  /** What the charter it goes under says about numbers of one company alone. */
  readonly perPartner: "own" | "shared";
}

/**
 * The one way out of this node for anything computed from rows, and the one list of every letter and vector that leaves.
 *
 * A vector is bounded, brought to fixed point and masked; only then is it written where the link can read it. The same session and round
 * gets the same words again, never others. Every letter is listed before it is queued.
 */
export class Egress {
  readonly ledger: Ledger;
  readonly ciphertexts: Ciphertexts;
  /** What other nodes have shown this one. */
  readonly received: Received;
  readonly #letters: KeptLetters;
  readonly #db: Database;
  readonly #folder: string;

  /** @param folder - Where vectors wait for the link, and what others have shown for the session's end. */
  constructor(database: Database, folder: string, retention?: LetterRetention) {
    this.#db = database;
    this.#folder = folder;
    this.ledger = new Ledger(database);
    this.#letters = new KeptLetters(database, retention);
    this.received = new Received(join(folder, "received"));
    this.ciphertexts = new Ciphertexts(this.ledger, folder, this.received);
  }

  /**
   * Releases one vector, with this node's share of the noise and hidden as the ask says. Refuses unless the budgets allow one more, and then before
   * anything is computed; and unless every value lies within the bound that the layout's headroom was computed for.
   *
   * Reveals: that a budget is spent, and whose; else nothing by itself. Masked words are uniform until this party's masks have met their
   * counterparts; a ciphertext opens with the help of all parties, and only summed with theirs.
   */
  async release(session: ReleaseTerms, ask: ContributionAsked, compute: () => Promise<Computed>): Promise<Egressed> {
    const before = this.ledger.release(session.id, ask.round);
    const kept = before === null ? null : this.#kept(session, before, ask);
    if (kept !== null) return kept;

    // Counted here and not only when a session begins, because several may run at once; and again when the answer is there, because they did.
    const refused = this.#refuses(session, before);
    if (refused !== null) return refused;
    const words = await encoded(compute);
    if (words === null) return { kind: "refused", code: "AGGREGATION_OVERFLOW", clause: "a value lies outside the bounds of the layout" };
    if (session.privacy.kind === "priced" && session.privacy.noise !== null) addNoise(words, session.privacy.noise);
    switch (ask.hide.scheme) {
      case "masked": return this.#mask(session, { ...ask, hide: ask.hide }, words, before);
      case "encrypted": return this.#encrypt(session, { ...ask, hide: ask.hide }, words);
    }
  }

  /** What was released before is paid for. */
  #refuses({ charter, releasesMax, privacy }: ReleaseTerms, before: Release | null): Refusal | null {
    if (before !== null) return null;
    if (!(this.ledger.releasesUnder(charter) < releasesMax)) return OVER_BUDGET;
    // An answer without noise has no ε: a ceiling cannot cover it, and its charge of nothing would pass.
    if ((privacy.kind === "exact" || privacy.noise === null) && privacy.limits.own !== null) return OVERSPENT.own;
    if (privacy.kind === "exact") return null;
    const overspent = this.ledger.charges.exceeds({ charter, nanoRho: privacy.charge.nanoRho }, privacy.limits);
    return overspent === null ? null : OVERSPENT[overspent];
  }

  /** Keeps a release and its charge, all or nothing, after one more look at the budgets: sessions that ran at the same time have charged meanwhile. */
  #keep(session: ReleaseTerms, release: Release, parts: readonly KeptPart[]): Refusal | null {
    return transaction(this.#db, () => {
      const refused = this.#refuses(session, null);
      if (refused !== null) return refused;
      this.ledger.keepParts(parts);
      this.ledger.keepRelease(release);
      const { id, charter, privacy } = session;
      if (privacy.kind === "priced") this.ledger.charges.keep({ ...privacy.charge, charter, session: id, round: release.round });
      return null;
    });
  }

  /** What was released before, if it is still there. */
  #kept({ id }: ReleaseTerms, before: Release, { hide, round }: ContributionAsked): Egressed | null {
    switch (hide.scheme) {
      case "masked": return existsSync(before.path) ? { kind: "released", release: before } : null;
      // Not made a second time, also where the first is lost.
      case "encrypted": return encryptedOf(this.ciphertexts.before(id, round), before.words);
    }
  }

  #mask(session: ReleaseTerms, ask: Hidden<"masked">, words: Words, before: Release | null): Egressed {
    applyMasks(words, ask.hide.masks, 0);
    const bytes = bytesOfWords(words);
    const root = toHex(chunkRoot(bytes));
    // The file was acknowledged and deleted, or lost; either way only the same words may stand in for it.
    if (before !== null && before.root !== root) return { kind: "refused", code: "DATA_CHANGED", clause: "the rows give another answer than before" };

    const path = join(this.#folder, `${session.id}-${ask.round}.words`);
    writeFileAtomic(path, bytes, 0o600);
    const release = releaseOf(session, ask, { root, words: words.length, bytes: bytes.length, path });
    const refused = before === null ? this.#keep(session, release, []) : null;
    if (refused === null) return { kind: "released", release };
    rmSync(path, { force: true });
    return refused;
  }

  /** Both halves are kept, and the release counted, before their roots are told to anybody; from then on there is no other ciphertext of this round. */
  async #encrypt(session: ReleaseTerms, ask: Hidden<"encrypted">, words: Words): Promise<Egressed> {
    const parts = await this.ciphertexts.encrypt({ session: session.id, charter: session.charter }, ask.round, words, ask.hide.shares);
    if ("kind" in parts) return parts;
    const [first] = parts;
    if (first === undefined) throw new Error("a ciphertext has two halves");
    const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
    const refused = this.#keep(session, releaseOf(session, ask, { root: first.root, words: words.length, bytes, path: first.path }), parts);
    if (refused !== null) {
      for (const { path } of parts) rmSync(path, { force: true });
      return refused;
    }
    return encryptedOf(this.ciphertexts.before(session.id, ask.round), words.length);
  }

  /**
   * Lists a letter, and the bulk that goes with it, in the ledger. Runs `queue` in the same transaction: nothing is queued unlisted.
   *
   * @throws Error for numbers of this company alone unless the charter shares them: whoever asks for that has a bug.
   */
  letter({ key, message, payload }: Letter, { perPartner, ...about }: About, queue: (bulk: Leaving | null) => void): void {
    if (!(message.kind !== "compared" || perPartner === "shared")) throw new Error("the charter keeps what this company gained at its node");
    const round = roundOf(message);
    const bulk = this.#bulkOf(message, about.session, round);
    transaction(this.#db, () => {
      this.ledger.record(key, { ...about, round, kind: message.kind, bytes: payload.length, meaning: meaningOf(message), digest: toHex(sha256(payload)) });
      this.#letters.keep({ key, atMs: about.atMs, entry: entryIn(message)?.id ?? "", payload });
      if (bulk !== null) this.ledger.record(`${key}/vector`, { ...about, round, kind: bulk.kind, bytes: bulk.bytes, digest: bulk.root, meaning: bulk.meaning });
      if (message.kind === "unmasked" || message.kind === "decrypted") this.ledger.opened(about.session, round);
      queue(bulk);
    });
  }

  #saidOf({ session, round, question }: Release): string {
    const charge = this.ledger.charges.of(session, round);
    return charge === null || charge.nanoRho === 0 ? charge?.kind ?? question : `${charge.kind}, with this node's share of the noise,`;
  }

  #partText({ session, round, part }: KeptPart): string {
    if (part !== "c0" && part !== "c1") return PARTS[part];
    const release = this.ledger.release(session, round);
    if (release === null) throw new Error("a ciphertext without a release");
    return `half of this node's encrypted ${this.#saidOf(release)} of ${release.words} numbers; unreadable unless all parties help to open the sum over all of them`;
  }

  /** Remembers what a session's rows were when they were read, in counts: they stay here. */
  keepNotes(session: string, notes: readonly DataNote[], atMs: number): void {
    keepNotes(this.#db, session, notes, atMs);
  }

  #bulkOf(message: Letter["message"], session: string, round: number): Leaving | null {
    switch (message.kind) {
      case "uploaded": {
        const release = this.ledger.release(session, round);
        if (release === null) throw new Error("an upload without a release");
        const meaning = `masked ${this.#saidOf(release)} of ${release.words} numbers; unreadable unless enough parties agree to open the sum over all of them`;
        return { kind: "masked-vector", meaning, ...release };
      }
      case "shown": case "decrypted": {
        const kept = this.ledger.part(session, round, message.kind === "shown" ? message.part : "decryption");
        if (kept === null) throw new Error("a part that was not kept is shown");
        return { kind: kept.part, meaning: this.#partText(kept), ...kept };
      }
      case "stated": case "joined": case "declined": case "encapsulated": case "shared": case "agreed": case "unmasked": case "key-committed": case "sealed":
      case "charter-answered": case "compared":
        return null;
    }
  }
}

function roundOf(message: Letter["message"]): number {
  switch (message.kind) {
    case "uploaded": return message.upload.statement.round;
    case "agreed": return message.agree.statement.round;
    case "unmasked": return message.unmask.statement.round;
    case "sealed": return message.ciphertext.statement.round;
    case "shown": return message.entry.statement.round;
    case "decrypted": return message.decryption.statement.round;
    case "stated": case "joined": case "declined": case "encapsulated": case "shared": case "key-committed": case "charter-answered": case "compared": return 0;
  }
}

function encryptedOf(roots: ReturnType<Ciphertexts["before"]>, words: number): Egressed {
  if (roots === null) throw new Error("a release without its ciphertext");
  return "kind" in roots ? roots : { kind: "encrypted", ...roots, words };
}

function releaseOf({ id: session, charter }: ReleaseTerms, { round, question: { kind: question, model } }: ContributionAsked,
  made: Pick<Release, "root" | "words" | "bytes" | "path">): Release {
  return { session, round, charter, question, model, ...made };
}

async function encoded(compute: () => Promise<Computed>): Promise<Words | null> {
  try {
    const { values, layout } = await compute();
    return encodeFixed(values, layout.segments, layout.ring);
  } catch (problem) {
    // Out of bounds or not a number. The text is not passed on: it may describe a value.
    if (problem instanceof RangeError) return null;
    throw problem;
  }
}
