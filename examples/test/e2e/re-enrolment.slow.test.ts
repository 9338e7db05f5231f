import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { copyFileSync, mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { auditFolder } from "../../src/consortium/audit-folder.js";
import { entriesIn } from "./published-log.js";
import { checkpointOf, crash, foundTiny, NO_STEPS, nodeStatus, untilTrue, type TinyConsortium } from "./tiny-consortium.js";
import { tinyDraft } from "./tiny-charter.js";

const NAMES = ["alder", "birch", "cedar"];
let tiny: TinyConsortium;

beforeAll(async () => { tiny = await foundTiny(NAMES); });
afterAll(async () => tiny.end());

test("a node that lost its folder is revoked, enrols again from an empty one, connects, signs a new charter, and trains", async () => {
  const { consortium } = tiny;
  const { coordinator } = consortium;
  await consortium.enrol(NO_STEPS);
  const first = await consortium.agree(tinyDraft(NAMES));
  expect(await consortium.follow(await consortium.launch(first), () => undefined)).toMatchObject({ state: "done" });

  const cedar = consortium.node("cedar");
  await cedar.stop("SIGKILL");
  await coordinator.admin.post("/v1/enrolments/cedar/revoke", { reason: "its disk is gone" }, z.unknown());
  renameSync(cedar.folder, `${cedar.folder}-lost`);
  mkdirSync(cedar.folder);
  copyFileSync(join(`${cedar.folder}-lost`, "node.yaml"), join(cedar.folder, "node.yaml"));
  await consortium.enrolOne(cedar, NO_STEPS);
  await untilTrue("it is connected", async () => (await nodeStatus(cedar)).link.kind === "connected");

  const second = await consortium.agree(tinyDraft(NAMES, { name: "tiny-again" }));
  expect(await consortium.follow(await consortium.launch(second), () => undefined)).toMatchObject({ state: "done" });
  // What is said again after a restart must not be said to the new keys in the old ones' place.
  await crash(coordinator);
  await untilTrue("it is connected again", async () => (await nodeStatus(cedar)).link.kind === "connected");
  expect(await consortium.follow(await consortium.launch(second), () => undefined)).toMatchObject({ state: "done" });

  const decisions = entriesIn(tiny.published).filter(({ statement }) => /^(enrolment|revocation)$/.test(statement.type)).map(({ statement }) => statement);
  expect(decisions.filter(({ body }) => (body as { party: string }).party === "cedar").map(({ type }) => type)).toEqual(["enrolment", "revocation", "enrolment"]);
  expect(auditFolder(tiny.published, (await checkpointOf(cedar)).checkpoint).verified).toBe(true);
});
