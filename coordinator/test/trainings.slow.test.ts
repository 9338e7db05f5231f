import { readdirSync, readFileSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, jest, test } from "@jest/globals";
import type { Digest, PartyId, SessionId } from "@cohortium/protocol/session/ids";
import type { Chunk } from "@cohortium/protocol/wire/frame";
import { Circle, until } from "./circle.js";
import { HARBOUR, MILL, PARTIES, QUARRY } from "./stage.js";

/** Whole trainings, on a machine that may be busy. */
jest.setTimeout(120_000);

const STRANGER = "orchard" as PartyId;
let circle: Circle;
let charter: Digest;
beforeAll(async () => {
  circle = await Circle.found();
  for (const party of [...PARTIES, STRANGER]) await circle.enrol(party);
  for (const party of PARTIES) {
    circle.start(party);
    circle.connect(party);
  }
  charter = await circle.agree("tiny");
});

const uploads = () => readdirSync(join(circle.folder, "upload"));
const chunk = (session: SessionId, change: Partial<Chunk> = {}): Chunk => ({ session, round: 1, index: 0, total: 1, bytes: new Uint8Array(8), ...change });

/** A training whose first round has the uploads of all but mill, which is held. */
async function withoutMill(): Promise<{ readonly session: SessionId; readonly wholeBytes: number }> {
  const { trainings } = circle.coordinator;
  circle.hold(MILL);
  const session = circle.coordinator.launch(charter);
  await until("the others have uploaded", () => trainings.view(session)?.round === 1 && trainings.view(session)?.waitingFor?.parties.join() === MILL);
  return { session, wholeBytes: trainings.uploadBytes(MILL, { session, round: 1 }) ?? 0 };
}

test("a charter of statistics alone launches no training, and says so", async () => {
  const statistics = { kinds: ["drift"], features: [{ kind: "numeric", name: "age", unit: "years", min: 17, max: 100 }], cellRows: 10 };
  const alone = await circle.agree("asking", { questions: [], statistics });
  expect(() => circle.coordinator.launch(alone)).toThrow(expect.objectContaining({ code: "CHARTER_NO_TRAINING", rule: "request.question", exitCode: 4 }));
});

describe("while a round waits for an upload, chunks", () => {
  let session: SessionId;
  let wholeBytes: number;
  beforeAll(async () => ({ session, wholeBytes } = await withoutMill()));

  test("of exactly its length are taken", async () => {
    expect(wholeBytes).toBe(statSync(join(circle.folder, "upload", uploads()[0] ?? "")).size);
    await circle.coordinator.receiveChunk(MILL, chunk(session, { bytes: new Uint8Array(wholeBytes) }));
    expect(uploads()).toContain("arriving-mill");
  });

  test.each([["longer by a word", 8], ["shorter by a word", -8]])("that are %s are refused", async (_, moreBytes) => {
    await expect(circle.coordinator.receiveChunk(MILL, chunk(session, { bytes: new Uint8Array(wholeBytes + moreBytes) }))).rejects.toMatchObject({ code: "WIRE_BULK" });
  });

  test("of an upload that would be as long as the wire allows are refused with the first", async () => {
    await expect(circle.coordinator.receiveChunk(MILL, chunk(session, { total: 4_096, bytes: new Uint8Array(1 << 20) }))).rejects.toMatchObject({ code: "WIRE_BULK" });
  });

  test("of another round are not kept, and what had arrived goes", async () => {
    await circle.coordinator.receiveChunk(MILL, chunk(session, { bytes: new Uint8Array(wholeBytes) }));
    await circle.coordinator.receiveChunk(MILL, chunk(session, { round: 2, bytes: new Uint8Array(wholeBytes) }));
    expect(uploads()).not.toContain("arriving-mill");
  });

  test("by who is enrolled but no party, or for a session that never was, are refused", async () => {
    const bytes = new Uint8Array(wholeBytes);
    for (const [peer, about] of [[STRANGER, session], [MILL, "77".repeat(16) as SessionId]] as const) {
      await expect(circle.coordinator.receiveChunk(peer, chunk(about, { bytes }))).rejects.toMatchObject({ code: "WIRE_BULK" });
    }
    expect(uploads().filter((name) => name.startsWith("arriving"))).toEqual([]);
  });

  test("do no harm to the training, which goes on when the node uploads", async () => {
    circle.release(MILL);
    expect(await circle.ended(session)).toMatchObject({ state: "done" });
  });
});

test("an upload that comes after its training is over is acknowledged and not kept, so that the node can go on to its next", async () => {
  const { session } = await withoutMill();
  circle.coordinator.trainings.cancel(session);
  expect(await circle.ended(session)).toMatchObject({ state: "aborted" });
  const kept = uploads();
  circle.release(MILL);
  expect(await circle.ended(circle.coordinator.launch(charter))).toMatchObject({ state: "done" });
  expect(kept.every((name) => uploads().includes(name))).toBe(true);
  expect(uploads().filter((name) => name.startsWith("arriving"))).toEqual([]);
});

test("a sum that cannot be added ends the training, and the log says why", async () => {
  const before = new Set(uploads());
  const { session } = await withoutMill();
  const [spoilt = ""] = uploads().filter((name) => !before.has(name));
  truncateSync(join(circle.folder, "upload", spoilt), 8);
  circle.release(MILL);
  expect(await circle.ended(session)).toMatchObject({ state: "aborted", fault: { code: "SESSION_CANCELLED" } });
  expect(circle.lines.filter((line) => line.includes("adding the updates failed"))).toEqual([expect.stringContaining("a vector's file is too short")]);
  expect(readFileSync(join(circle.folder, "upload", spoilt))).toHaveLength(8);
  for (const party of [HARBOUR, QUARRY]) expect(circle.coordinator.lastSeqReceived(party)).toBeGreaterThan(0);
});
