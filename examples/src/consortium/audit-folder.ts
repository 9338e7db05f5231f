import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { audit } from "@cohortium/protocol/log/audit";
import type { AuditReport } from "@cohortium/protocol/log/audit-report";
import { sessionAuditor } from "@cohortium/protocol/conduct/audit";

export interface FolderAudit extends AuditReport {
  /** Nodes that have cosigned the last checkpoint. */
  readonly witnesses: number;
}

/** What `cohortium audit verify` does, over a published folder. @param anchor - A checkpoint that somebody else kept. */
export function auditFolder(folder: string, anchor: string | null): FolderAudit {
  const read = (path: string) => (existsSync(join(folder, path)) ? readFileSync(join(folder, path)) : null);
  const report = audit({ read }, { rounds: sessionAuditor(), ...(anchor === null ? {} : { anchor }) });
  return { ...report, witnesses: report.checks.find(({ name }) => name === "witnesses")?.count ?? 0 };
}
