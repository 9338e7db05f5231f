import { existsSync } from "node:fs";
import { join } from "node:path";
import { openAdminClient, type AdminClient, type AdminTarget } from "@cohortium/protocol/host/admin-client";
import { Refusal } from "@cohortium/protocol/host/refusal";

export type Role = "coordinator" | "node";

/** Whose folder this is. */
export interface Place {
  readonly folder: string;
  readonly role: Role;
}

/** @throws Refusal CONFIG_FOLDER unless exactly one process has its configuration there. */
export function placeAt(folder: string): Place {
  const found = ROLES.filter((role) => existsSync(join(folder, `${role}.yaml`)));
  const [role] = found;
  if (role !== undefined && found.length === 1) return { folder, role };
  throw role === undefined
    ? new Refusal({
      code: "CONFIG_FOLDER", title: "no process of ours lives in this folder", detail: `${folder} holds neither node.yaml nor coordinator.yaml`,
      fix: "name the folder with --folder or COHORTIUM_HOME, or begin with: cohortium node init",
    })
    : new Refusal({
      code: "CONFIG_FOLDER", title: "two processes claim this folder", detail: `${folder} holds both node.yaml and coordinator.yaml`, fix: "give each process a folder of its own",
    });
}

/** The process in this folder, over its admin connection. @throws Refusal as `openAdminClient`. */
export function adminOf({ folder, role }: Place): AdminClient {
  return openAdminClient(targetOf({ folder, role }));
}

/** The folder's process, if it is of the kind the command is for. @throws Refusal USAGE_ROLE, or as `adminOf`. */
export function adminOfRole(folder: string, role: Role, command: string): AdminClient {
  return adminOf(requireRole(folder, role, command));
}

/** The folder, if its process is of the kind the command is for, whether it runs or not. @throws Refusal USAGE_ROLE, saying whose command it is. */
export function requireRole(folder: string, role: Role, command: string): Place {
  const place = placeAt(folder);
  if (place.role !== role) throw wrongRole(command, place);
  return place;
}

const PERSON: Readonly<Record<Role, string>> = { coordinator: "the operator", node: "a partner" };

const ROLES: readonly Role[] = ["coordinator", "node"];

function targetOf({ folder, role }: Place): AdminTarget {
  return { folder, role, startCommand: `cohortium --folder ${folder} ${role} start` };
}

function wrongRole(command: string, { folder, role }: Place): Refusal {
  const other = role === "node" ? "coordinator" : "node";
  return new Refusal({
    code: "USAGE_ROLE", title: `${command} is for ${PERSON[other]}`, detail: `this folder is a ${role}'s: ${folder}`, fix: `name a ${other}'s folder with --folder`,
  });
}
