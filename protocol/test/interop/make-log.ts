// Writes a log made by our store, and proofs from it, for the Go programs beside this file to judge.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { toBase64 } from "@cohortium/crypto/bytes";
import { MerkleTree, leafHash } from "@cohortium/crypto/merkle";
import { signerFromSeed } from "@cohortium/crypto/signing";
import { openLogStore } from "@cohortium/coordinator/log-store";
import { logVerifierKey } from "@cohortium/protocol/log/checkpoint";
import { cosign, witnessVerifierKey } from "@cohortium/protocol/log/cosignature";
import { signEntry } from "@cohortium/protocol/log/entry";
import { formatProof } from "@cohortium/protocol/log/proof";

/** Two full bundles and a partial one, tiles on two levels. */
const SIZE = 700;
const ORIGIN = "log.example/consortium";

export function makeLog(folder: string, nowSec: number): void {
  const signer = signerFromSeed(new Uint8Array(32).fill(7));
  const witness = { name: "harbour", signer: signerFromSeed(new Uint8Array(32).fill(9)) };
  const witnessKey = witnessVerifierKey(witness.name, witness.signer.publicKey);
  const entries = Array.from({ length: SIZE }, (_, n) =>
    signEntry({ v: 1, type: "session.abort", actor: "hub", at: "2026-11-22T10:00:00Z", charter: "-", session: "-", round: n, body: { code: "SESSION_CANCELLED" } }, signer));

  const store = openLogStore(join(folder, "log"), { origin: ORIGIN, signer });
  for (const [from, to] of [[0, 3], [3, 250], [250, 256], [256, SIZE]] as const) store.append(entries.slice(from, to));
  if (!store.addCosignature(cosign(store.checkpoint, witness, nowSec), witnessKey)) throw new Error("our store refused our cosignature");

  const tree = new MerkleTree();
  for (const { bytes } of entries) tree.append(leafHash(bytes));
  const inclusion = [0, 255, 256, 511, SIZE - 1].map((index) => {
    const bytes = entries[index]?.bytes ?? new Uint8Array();
    const proof = store.evidence([bytes], 0).items[0]?.proof ?? [];
    return { entry: toBase64(bytes), proof: formatProof({ index, proof, checkpoint: store.checkpoint }) };
  });
  const consistency = [1, 2, 3, 250, 256, 257, 511, 512, SIZE].map((from) =>
    ({ from, root: toBase64(tree.root(from)), proof: store.evidence([], from).consistency.map(toBase64) }));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "facts.json"), JSON.stringify({ logKey: logVerifierKey(ORIGIN, signer.publicKey), witnessKey, inclusion, consistency }));
}
