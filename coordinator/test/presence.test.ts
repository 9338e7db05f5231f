import { expect, test } from "@jest/globals";
import type { Logger } from "@cohortium/protocol/host/logger";
import { createMetrics } from "@cohortium/protocol/host/metrics";
import type { PartyId } from "@cohortium/protocol/session/ids";
import { noteExchange, Presence } from "../src/presence.js";

const HARBOUR = "harbour" as PartyId;

/** What is written down when a conversation ends like this. */
function noted(by: "us" | "peer", code: string, detail: string): readonly [level: string, message: string, fix: unknown] {
  const lines: (readonly [string, string, unknown])[] = [];
  const at = (level: string): Logger["info"] => (message, fields = {}) => { lines.push([level, message, fields["fix"]]); };
  const logger: Logger = { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error"), child: () => logger };
  noteExchange({ kind: "ended", peer: HARBOUR, ending: { by, code, detail } }, new Presence(createMetrics()), logger);
  const [line] = lines;
  if (line === undefined) throw new Error("nothing was written down");
  return line;
}

test("a node whose state is older than what was seen of it is a warning that says whose side it is; other endings are everyday events", () => {
  expect(noted("peer", "WIRE_SEQUENCE", "received 12, sent 9")).toEqual(["warn", "a node's state is older than what was seen of it, as after restoring a backup", expect.stringContaining("the node's side")]);
  expect(noted("us", "WIRE_SEQUENCE", "received 12, sent 9")).toEqual(["warn", expect.stringContaining("this coordinator's state is older"), expect.stringContaining("newest copy of this folder")]);
  expect(noted("us", "WIRE_SEQUENCE", "")[0]).toBe("info");
  expect(noted("peer", "WIRE_STOPPING", "")[0]).toBe("info");
});
