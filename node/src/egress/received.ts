import { existsSync, linkSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { syncFolder } from "@cohortium/protocol/host/atomic-file";
import { BulkStore } from "@cohortium/protocol/host/bulk-store";
import type { PartyId } from "@cohortium/protocol/session/ids";
import type { Chunk } from "@cohortium/protocol/wire/frame";

/** What other nodes show this one under encrypted sums: key shares and halves of ciphertexts, by session and root, until the session ends. */
export class Received {
  readonly #folder: string;
  readonly #stores = new Map<string, BulkStore>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** As `BulkStore.receive`. */
  receive(peer: PartyId, chunk: Chunk, wholeBytes: number): Promise<void> {
    return this.#store(chunk.session).receive(peer, chunk, wholeBytes);
  }

  /** As `BulkStore.keep`. */
  keep(session: string, peer: PartyId, root: string, wholeBytes: number): Promise<boolean> {
    return this.#store(session).keep(peer, root, wholeBytes);
  }

  async drop(session: string, peer: PartyId): Promise<void> {
    await this.#stores.get(session)?.drop(peer);
  }

  /** This node's own part, beside those of the others: a second name of a file that is deleted once the coordinator has it. */
  link(session: string, root: string, path: string): void {
    const name = this.#store(session).path(root);
    rmSync(name, { force: true });
    linkSync(path, name);
    syncFolder(dirname(name));
  }

  /** Null if it is not there. */
  read(session: string, root: string): Uint8Array | null {
    const path = this.#store(session).path(root);
    return existsSync(path) ? new Uint8Array(readFileSync(path)) : null;
  }

  /** The session is over. */
  async forget(session: string): Promise<void> {
    await this.#stores.get(session)?.close();
    this.#stores.delete(session);
    rmSync(join(this.#folder, session), { recursive: true, force: true });
  }

  /** Whatever belongs to no session that is still open: what a crash left behind. */
  forgetAllBut(open: readonly string[]): void {
    if (!existsSync(this.#folder)) return;
    const left = readdirSync(this.#folder).filter((name) => !open.includes(name));
    for (const session of left) rmSync(join(this.#folder, session), { recursive: true, force: true });
  }

  async close(): Promise<void> {
    for (const store of this.#stores.values()) await store.close();
  }

  #store(session: string): BulkStore {
    const known = this.#stores.get(session);
    if (known !== undefined) return known;
    const store = new BulkStore(join(this.#folder, session), 0o600);
    this.#stores.set(session, store);
    return store;
  }
}
