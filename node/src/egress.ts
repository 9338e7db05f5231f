import { existsSync } from "node:fs";
import { join } from "node:path";
import { toHex } from "@cohortium/crypto/bytes";
import { chunkRoot } from "@cohortium/crypto/chunk-root";
import { encodeFixed } from "@cohortium/crypto/fixed-point";
import { sha256 } from "@cohortium/crypto/hash";
import { applyMasks } from "@cohortium/crypto/masking";
import { bytesOfWords, type Words } from "@cohortium/crypto/words";
import type { ContributionAsked } from "@cohortium/protocol/aggregation/round-member";
import { writeFileAtomic } from "@cohortium/protocol/host/atomic-file";
import { transaction, type Database } from "@cohortium/protocol/host/sqlite";
import type { Layout } from "@cohortium/protocol/training/layout-parts";
import type { FromNode } from "@cohortium/protocol/training/messages";
import type { MembershipFromNode } from "@cohortium/protocol/session/membership";
import { Ledger, type Release } from "./ledger.js";
import { meaningOf } from "./meaning.js";

/** What leaves: the root of a masked vector that lies ready in a file. Or why nothing does. */
export type Egressed =
  | { readonly kind: "released"; readonly release: Release }
  | { readonly kind: "refused"; readonly code: "AGGREGATION_OVERFLOW" | "DATA_CHANGED" | "NODE_REFUSED"; readonly clause: string };

/** A vector computed from rows, and how it must lie in the ring. */
export interface Computed {
  readonly values: Float64Array;
  readonly layout: Layout;
}

/** Whose vector is released, and how many its charter allows in all. */
export interface ReleaseTerms {
  readonly id: string;
  readonly charter: string;
  readonly releasesMax: number;
}

/** A message under the key of its occasion, and its bytes on the wire. */
export interface Letter {
  readonly key: string;
  readonly message: FromNode | MembershipFromNode;
  readonly payload: Uint8Array;
}

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
  readonly #db: Database;
  readonly #folder: string;

  /** @param folder - Where masked vectors wait for the link. */
  constructor(database: Database, folder: string) {
    this.#db = database;
    this.#folder = folder;
    this.ledger = new Ledger(database);
  }

  /**
   * Releases one masked vector. Refuses unless the budget allows one more and every value lies within the bound that the layout's headroom was computed for.
   *
   * Reveals: nothing by itself; each word is uniform until this party's masks have met their counterparts.
   */
  async release(session: ReleaseTerms, ask: ContributionAsked, compute: () => Promise<Computed>): Promise<Egressed> {
    const before = this.ledger.release(session.id, ask.round);
    if (before !== null && existsSync(before.path)) return { kind: "released", release: before };

    // Counted here and not only when a session begins, because several may run at once; and again when the answer is there, because they did.
    const withinBudget = () => before !== null || this.ledger.releasesUnder(session.charter) < session.releasesMax;
    if (!withinBudget()) return { kind: "refused", code: "NODE_REFUSED", clause: "request.budget" };
    const words = await masked(compute, ask);
    if (!withinBudget()) return { kind: "refused", code: "NODE_REFUSED", clause: "request.budget" };
    if (words === null) return { kind: "refused", code: "AGGREGATION_OVERFLOW", clause: "a value lies outside the bounds of the layout" };
    const bytes = bytesOfWords(words);
    const root = toHex(chunkRoot(bytes));
    // The file was acknowledged and deleted, or lost; either way only the same words may stand in for it.
    if (before !== null && before.root !== root) return { kind: "refused", code: "DATA_CHANGED", clause: "the rows give another answer than before" };

    const path = join(this.#folder, `${session.id}-${ask.round}.words`);
    writeFileAtomic(path, bytes, 0o600);
    const { kind: question, model } = ask.question;
    const release: Release = {
      session: session.id, round: ask.round, charter: session.charter, question, model, root, words: words.length, bytes: bytes.length, path,
    };
    if (before === null) this.ledger.keepRelease(release);
    return { kind: "released", release };
  }

  /**
   * Lists a letter, and the vector that goes with it, in the ledger. Runs `queue` in the same transaction: nothing is queued unlisted.
   *
   * @throws Error for numbers of this company alone unless the charter shares them: whoever asks for that has a bug.
   */
  letter({ key, message, payload }: Letter, { perPartner, ...about }: About, queue: () => void): void {
    if (!(message.kind !== "compared" || perPartner === "shared")) throw new Error("the charter keeps what this company gained at its node");
    const round = message.kind === "uploaded" ? message.upload.statement.round : message.kind === "agreed" ? message.agree.statement.round
      : message.kind === "unmasked" ? message.unmask.statement.round : 0;
    transaction(this.#db, () => {
      this.ledger.record(key, { ...about, round, kind: message.kind, bytes: payload.length, meaning: meaningOf(message), digest: toHex(sha256(payload)) });
      if (message.kind === "uploaded") this.#listVector(key, about, round);
      if (message.kind === "unmasked") this.ledger.opened(about.session, round);
      queue();
    });
  }

  #listVector(key: string, about: Omit<About, "perPartner">, round: number): void {
    const release = this.ledger.release(about.session, round);
    if (release === null) throw new Error("an upload without a release");
    this.ledger.record(`${key}/vector`, {
      ...about, round, kind: "masked-vector", bytes: release.bytes, digest: release.root,
      meaning: `masked ${release.question} of ${release.words} numbers; unreadable unless enough parties agree to open the sum over all of them`,
    });
  }
}

async function masked(compute: () => Promise<Computed>, ask: ContributionAsked): Promise<Words | null> {
  try {
    const { values, layout } = await compute();
    const words = encodeFixed(values, layout.segments, layout.ring);
    applyMasks(words, ask.masks, 0);
    return words;
  } catch (problem) {
    // Out of bounds or not a number. The text is not passed on: it may describe a value.
    if (problem instanceof RangeError) return null;
    throw problem;
  }
}

