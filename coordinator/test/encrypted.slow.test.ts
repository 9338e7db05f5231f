import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, expect, jest, test } from "@jest/globals";
import { toHex } from "@cohortium/crypto/bytes";
import { chunkRoot } from "@cohortium/crypto/chunk-root";
import { addHalf } from "@cohortium/crypto/he/threshold";
import { HALF_BYTES, KEY_BYTES } from "@cohortium/crypto/he/parameters";
import type { Digest, PartyId, SessionId } from "@cohortium/protocol/session/ids";
import { BulkStore } from "@cohortium/protocol/host/bulk-store";
import { Circle, until } from "./circle.js";
import { DRAFT, HARBOUR, MILL, PARTIES, QUARRY } from "./stage.js";

/** Whole trainings, on a machine that may be busy. */
jest.setTimeout(300_000);

const ENCRYPTED = { scheme: "encrypted", deadlineMs: 60_000, dropouts: "end" };
/** One Newton step is as good as ten where only the sums matter. */
const SHORT = { questions: DRAFT.questions.map((question) => ({ ...question, model: { ...question.model, gradientTolerance: 0.01 } })) };
let circle: Circle;
let charter: Digest;
let masked: Digest;
beforeAll(async () => {
  circle = await Circle.assembled(PARTIES);
  masked = await circle.agree("masked", SHORT);
  charter = await circle.agree("encrypted", { ...SHORT, aggregation: ENCRYPTED, privacy: { ...DRAFT.privacy, budget: { releasesMax: 1_000 } } });
});

const { keep } = BulkStore.prototype;
afterEach(() => { BulkStore.prototype.keep = keep; });

const upload = (root: string) => join(circle.folder, "upload", root);
const kindsOf = (party: PartyId, session: SessionId, round: number) => circle.nodeOf(party).egress.ledger.lines(session, round).map(({ kind }) => kind).sort();
const spoolOf = (party: PartyId, session: SessionId) => {
  // Where parts lie is in the ledger; what others have shown lies beside it.
  const path = circle.nodeOf(party).egress.ledger.part(session, 0, "share")?.path ?? "";
  return join(path, "..", "received", session);
};

test("a training under encrypted sums has the model and the evaluation of one under masks, and leaves nothing of the others at a node", async () => {
  const kept: { readonly root: string; readonly wholeBytes: number }[] = [];
  BulkStore.prototype.keep = async function (this: BulkStore, peer, root, wholeBytes) {
    const is = await keep.call(this, peer, root, wholeBytes);
    if (peer === MILL) kept.push({ root, wholeBytes });
    return is;
  };
  const [one, other] = [circle.coordinator.launch(charter), circle.coordinator.launch(masked)];
  const [view, under] = [await circle.ended(one), await circle.ended(other)];
  expect(view).toMatchObject({ state: "done", model: under.model, evaluation: under.evaluation });
  expect(view.rounds.map(({ kind }) => kind)).toEqual(under.rounds.map(({ kind }) => kind));
  for (const party of PARTIES) {
    await until("the node has ended too", () => !existsSync(spoolOf(party, one)));
    expect(kindsOf(party, one, 0)).toEqual(["key-committed", "share", "shown", "stated"]);
    expect(kindsOf(party, one, 1)).toEqual(["agreed", "c0", "c1", "decrypted", "decryption", "sealed", "shown", "shown"]);
    // One release a round, and one opening.
    expect(circle.nodeOf(party).egress.ledger.release(one, 1)).toMatchObject({ question: "moments", bytes: 2 * HALF_BYTES });
  }
  // What the coordinator has of mill is what mill committed to, in that order.
  const { ledger } = circle.nodeOf(MILL).egress;
  const own = kept.filter(({ root }) => (["c1", "c0", "decryption"] as const).some((part) => ledger.part(one, 1, part)?.root === root));
  expect(own.map(({ root }) => root)).toEqual((["c1", "c0", "decryption"] as const).map((part) => ledger.part(one, 1, part)?.root));
  expect(kept.find(({ root }) => root === ledger.part(one, 0, "share")?.root)).toMatchObject({ wholeBytes: KEY_BYTES });
  for (const { root, wholeBytes } of own) expect(readFileSync(upload(root))).toHaveLength(wholeBytes);
});

test("a lost line in the middle of everything changes nothing", async () => {
  const session = circle.coordinator.launch(charter);
  let isOver = false;
  const over = circle.ended(session).finally(() => { isOver = true; });
  for (let i = 0; i < 6 && !isOver; i++) {
    const before = circle.coordinator.lastSeqReceived(MILL);
    await until("mill has said something", () => isOver || circle.coordinator.lastSeqReceived(MILL) > before);
    await circle.disconnect(MILL);
    circle.connect(MILL);
  }
  expect(await over).toMatchObject({ state: "done" });
});

test("a node takes no ciphertext of another that is not the one committed to, however often it is sent", async () => {
  let victim = "";
  BulkStore.prototype.keep = async function (this: BulkStore, peer, root, wholeBytes) {
    const is = await keep.call(this, peer, root, wholeBytes);
    // The coordinator's copy of harbour's ciphertext, before it is relayed. c1 comes first.
    if (peer === HARBOUR && wholeBytes === HALF_BYTES && victim === "") {
      victim = root;
      writeFileSync(upload(root), readFileSync(upload(root)).reverse());
    }
    return is;
  };
  const session = circle.coordinator.launch(charter);
  expect(await circle.refusal(QUARRY)).toBe("WIRE_BULK");
  expect(circle.nodeOf(QUARRY).egress.ledger.part(session, 1, "decryption")).toBeNull();
  expect(readdirSync(spoolOf(QUARRY, session))).not.toContain(victim);
  writeFileSync(upload(victim), readFileSync(upload(victim)).reverse());
  for (const party of [QUARRY, MILL]) {
    await circle.disconnect(party);
    circle.connect(party);
  }
  expect(await circle.ended(session)).toMatchObject({ state: "done" });
});

test("bytes that are what their party committed to, and no numbers of the ring, end the round with a word that names the party", async () => {
  // harbour's node encrypts to garbage; nothing before the sum can tell.
  const { ciphertexts } = circle.nodeOf(HARBOUR).egress;
  const honest = ciphertexts.encrypt.bind(ciphertexts);
  ciphertexts.encrypt = async (own, round, words, shares) => {
    const parts = await honest(own, round, words, shares);
    if ("kind" in parts) return parts;
    const [first, second] = parts as [typeof parts[number], typeof parts[number]];
    const garbage = new Uint8Array(readFileSync(first.path)).fill(255);
    expect(addHalf(new Uint8Array(HALF_BYTES), garbage)).toBe(false);
    writeFileSync(first.path, garbage);
    return [{ ...first, root: toHex(chunkRoot(garbage)) }, second];
  };
  const session = circle.coordinator.launch(charter);
  expect(await circle.ended(session)).toMatchObject({ state: "aborted", fault: { code: "AGGREGATION_CIPHERTEXT", says: expect.stringContaining(HARBOUR) } });
  ciphertexts.encrypt = honest;
  expect(await circle.ended(circle.coordinator.launch(charter))).toMatchObject({ state: "done" });
});

test("what comes after its training is over is acknowledged and not kept, at either end", async () => {
  circle.hold(MILL);
  const session = circle.coordinator.launch(charter);
  await until("the others have shown their shares", () => circle.coordinator.trainings.view(session)?.waitingFor?.parties.join() === MILL);
  circle.coordinator.trainings.cancel(session);
  expect(await circle.ended(session)).toMatchObject({ state: "aborted" });
  circle.release(MILL);
  expect(await circle.ended(circle.coordinator.launch(charter))).toMatchObject({ state: "done" });
  expect(readdirSync(join(circle.folder, "upload")).filter((name) => name.startsWith("arriving"))).toEqual([]);
});
