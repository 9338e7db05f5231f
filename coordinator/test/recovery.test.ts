import { expect, test } from "@jest/globals";
import { Journal } from "@cohortium/protocol/host/journal";
import { createMetrics } from "@cohortium/protocol/host/metrics";
import type { SessionId } from "@cohortium/protocol/session/ids";
import { scratchFolder } from "../../protocol/test/host/scratch-folder.js";
import { Charters } from "../src/charters.js";
import { ModelRegistry } from "../src/store.js";
import { Trainings, type TrainingsHost } from "../src/trainings.js";
import { Uploads } from "../src/uploads.js";
import { draft, office, PARTIES, statement } from "./stage.js";

const [BROKEN, SOUND] = ["11".repeat(16), "22".repeat(16)] as [SessionId, SessionId];

test("a training that cannot be taken up after a restart keeps neither the process nor another training from going on", () => {
  const stage = office();
  const charters = new Charters(stage);
  const digest = charters.propose(draft());
  for (const from of PARTIES) charters.answered({ kind: "charter-answered", from, answer: statement(from, "charter.signature", { digest }, digest), atMs: 0 }, (work) => (work(), true));
  const { self, signer, database, logger, nowMs } = stage;
  const journal = new Journal(database, nowMs);
  const registry = new ModelRegistry(database);
  const open = (session: SessionId, charter: string) => {
    journal.openSession(session, "training.conductor", { open: { charter, atMs: nowMs() }, secret: new Uint8Array() });
    registry.begin({ session, charter, startedMs: nowMs(), without: "", query: null });
  };
  open(BROKEN, "00".repeat(32));
  open(SOUND, digest);

  const uploads = new Uploads(scratchFolder());
  const offered: string[] = [];
  const host: TrainingsHost = {
    self, signer, journal, registry, uploads, logger, metrics: createMetrics(), nowMs, answers: { keep: () => undefined, under: () => [] },
    charterInForce: (one) => charters.inForce(one), publish: () => undefined, changed: () => undefined,
    post: ({ message }, { session }) => void offered.push(`${message.kind} ${session}`),
  };
  const trainings = new Trainings(host);
  trainings.recover();
  expect([trainings.running, trainings.view(SOUND)?.state]).toEqual([1, "running"]);
  expect(offered).toEqual(PARTIES.map(() => `offer ${SOUND}`));
  expect(stage.lines.filter((line) => line.includes("could not be taken up"))).toEqual([expect.stringContaining(BROKEN)]);
  trainings.close();
  return uploads.close();
});
