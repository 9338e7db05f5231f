import { fromUtf8, toHex } from "@cohortium/crypto/bytes";
import { EntryAudit } from "./audit-entries.js";
import type { RoundAuditor } from "./audit-milestones.js";
import { PrivacyAudit } from "./audit-privacy.js";
import { Findings, type AuditReport } from "./audit-report.js";
import { readLog, type AuditSource, type ReadLog } from "./audit-tree.js";
import { openCheckpoint, parseCheckpointBody, type Checkpoint } from "./checkpoint.js";
import { cosignatureVerifier, witnessVerifierKey } from "./cosignature.js";
import { parseBody } from "./bodies.js";
import { parseEntry } from "./entry.js";
import { parseNoteBytes, type Note } from "./note.js";
import { bundlePath, entriesOf, TILE_WIDTH } from "./tiles.js";

/** More entries than a consortium logs in years; an audit holds all of them in memory. */
const AUDIT_ENTRIES_MAX = 4_000_000;

export interface AuditOptions {
  /** The log's verifier key, from whoever the auditor trusts. Without it the log is only held to the key it states itself. */
  readonly logKey?: string;
  /** A checkpoint note somebody else kept: the log must contain everything that one did. Without it a shortened log can pass for a whole one. */
  readonly anchor?: string;
  /** How to compute sums, and what follows from them, again. Without it they are not checked, and the report counts none. */
  readonly rounds?: RoundAuditor;
}

/**
 * Verifies a whole log offline, trusting nobody who wrote it: signatures, tree, entries, charters, the order of every round, the sums
 * and what follows from them.
 * Never throws for what is in the source; everything wrong is a finding.
 */
export function audit(source: AuditSource, options: AuditOptions = {}): AuditReport {
  const findings = new Findings();
  const opened = openLog(source, options.logKey, findings);
  if (opened === null) return findings.report(null, 0);
  const { checkpoint, note, logKey } = opened;

  const log = readLog(source, checkpoint, findings);
  const anchored = options.anchor === undefined ? 0 : checkAnchor(options.anchor, logKey, { checkpoint, log, findings });
  const entries = new EntryAudit(logKey, findings);
  const privacy = new PrivacyAudit(findings);
  const follows = { models: 0, answers: 0 };
  let sums = 0;
  log.entries.forEach((bytes, index) => {
    const milestone = bytes === null ? null : entries.take(bytes, index);
    const judged = milestone === null ? null : (options.rounds?.(milestone, source) ?? null);
    for (const { entry, code, says } of judged?.findings ?? []) findings.add(entry, code, says);
    if (judged?.sum === true) sums++;
    if (judged?.follows != null) follows[judged.follows]++;
    if (milestone !== null && judged !== null) privacy.take(milestone, judged.charge);
  });
  const witnesses = checkCosignatures(note, entries, findings);

  const counts = { checkpoint: 1, witnesses, "kept checkpoint": anchored, tree: log.tiles, ...entries.counts, sums, ...follows, budgets: privacy.count };
  return findings.report(counts, checkpoint.size, privacy.report);
}

interface Opened {
  readonly checkpoint: Checkpoint;
  readonly note: Note;
  readonly logKey: string;
}

function openLog(source: AuditSource, trustedKey: string | undefined, findings: Findings): Opened | null {
  const bytes = source.read("checkpoint");
  if (bytes === null) return findings.add(null, "CHECKPOINT_MISSING", "there is no file named checkpoint"), null;
  const logKey = trustedKey ?? statedLogKey(source, bytes);
  if (logKey === null) return findings.add(0, "LOG_OPENED", "the first entry does not name the log's key, and no key was given"), null;
  const text = orNull(() => fromUtf8(bytes));
  const opened = text === null ? null : openCheckpoint(text, logKey);
  if (opened?.ok !== true) return findings.add(null, "CHECKPOINT_UNREADABLE", opened?.because ?? "the checkpoint is not text"), null;
  if (opened.checkpoint.size > AUDIT_ENTRIES_MAX) return findings.add(null, "CHECKPOINT_UNREADABLE", `more than ${AUDIT_ENTRIES_MAX} entries`), null;
  return { ...opened, logKey };
}

/** The key the log's first entry names. Nothing is verified yet: it only decides what the signatures are held to. */
function statedLogKey(source: AuditSource, checkpoint: Uint8Array): string | null {
  return orNull(() => {
    const { size } = parseCheckpointBody(parseNoteBytes(checkpoint).text);
    const width = Math.min(size, TILE_WIDTH);
    const bundle = source.read(bundlePath({ index: 0, width })) ?? source.read(bundlePath({ index: 0, width: TILE_WIDTH }));
    const [first] = bundle === null ? [] : entriesOf(bundle);
    const read = first === undefined ? null : parseBody(parseEntry(first).statement);
    return read?.ok === true && read.body.kind === "log.opened" ? read.body.logKey : null;
  });
}

function checkAnchor(anchor: string, logKey: string, at: { checkpoint: Checkpoint; log: ReadLog; findings: Findings }): number {
  const { checkpoint, log, findings } = at;
  const kept = openCheckpoint(anchor, logKey);
  if (!kept.ok) {
    findings.add(null, "ANCHOR_UNREADABLE", `the kept checkpoint: ${kept.because}`);
  } else if (kept.checkpoint.size > checkpoint.size) {
    findings.add(checkpoint.size, "ANCHOR_ROLLBACK", `the log ends here, but it had ${kept.checkpoint.size} entries when the kept checkpoint was signed`);
  } else if (toHex(log.tree.root(kept.checkpoint.size)) !== toHex(kept.checkpoint.root)) {
    findings.add(null, "ANCHOR_FORK", `the first ${kept.checkpoint.size} entries are not those the log signed before: it has two histories`);
  }
  return 1;
}

/** Every party is a witness under its signing key. Returns how many have cosigned. */
function checkCosignatures(note: Note, entries: EntryAudit, findings: Findings): number {
  const known = entries.witnesses().map(({ party, key }) => ({ party, verifier: cosignatureVerifier(witnessVerifierKey(party, key)) }));
  const witnesses = new Set<string>();
  for (const { name, keyId, payload } of note.signatures) {
    const witness = known.find(({ verifier }) => verifier.name === name && verifier.keyId === keyId);
    if (witness === undefined) continue;
    if (witness.verifier.accepts(note.text, payload)) witnesses.add(witness.party);
    else findings.add(null, "COSIGNATURE_BAD", `the cosignature of ${witness.party} does not verify`);
  }
  return witnesses.size;
}

/** What `attempt` gives, or null if it finds the foreign bytes malformed. */
function orNull<T>(attempt: () => T): T | null {
  try {
    return attempt();
  } catch (problem) {
    if (!(problem instanceof RangeError || problem instanceof SyntaxError || problem instanceof TypeError)) throw problem;
    return null;
  }
}
