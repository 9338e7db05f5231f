import { z } from "zod";
import { json, parseInput, type Route } from "@cohortium/protocol/host/http-route";
import type { DeletionDesk } from "./deletion-desk.js";

const KEYS_MAX = 5_000;
const input = z.strictObject({ keys: z.array(z.string()).min(1).max(KEYS_MAX) });

/** Removing people, and the receipts of it. A key comes in a body, over loopback alone, and stands in no answer. */
export function deletionRoutes(desk: DeletionDesk): readonly Route[] {
  return [
    { method: "GET", path: "/v1/deletions", handle: () => json({ receipts: desk.receipts().map(({ receipt }) => receipt) }) },
    {
      method: "POST", path: "/v1/deletions",
      handle: async ({ body }) => json({ removed: await desk.remove(parseInput(input, body).keys) }),
    },
  ];
}
