import { z } from "zod";
import { LOG_LEVELS } from "@cohortium/protocol/host/logger";
import { SLUG } from "@cohortium/protocol/session/ids";

const slug = z.string().regex(SLUG, "2 to 32 lower-case letters, digits and hyphens, starting with a letter; not \"constructor\"");
const port = z.number().int().min(0).max(65_535);

/** A coordinator's `coordinator.yaml`. Everything else it needs lies in the same folder. */
export const coordinatorConfig = z.object({
  name: slug.describe("the coordinator's name in charters and in the log"),
  consortium: slug.describe("the consortium's name; part of every certificate"),
  hosts: z.array(z.string().min(1)).min(1).describe("names and addresses that nodes dial; they stand in the server certificate"),
  exchange: z.object({ listen: z.string().default("0.0.0.0"), port: port.default(7443) }).prefault({}).describe("the port of enrolled nodes: TLS with certificates on both sides"),
  enrolment: z.object({ listen: z.string().default("0.0.0.0"), port: port.default(7444) }).prefault({}).describe("the port where new nodes ask to be let in: TLS"),
  admin: z.object({ listen: z.string().default("127.0.0.1"), port: port.default(7445), allowRemote: z.boolean().default(false) }).prefault({}).describe("the operator's own port"),
  log: z.object({ level: z.enum(LOG_LEVELS).default("info"), file: z.string().optional() }).prefault({}).describe("the process's log"),
});

export type CoordinatorConfig = z.output<typeof coordinatorConfig>;

export const COORDINATOR_FILE = "coordinator.yaml";
