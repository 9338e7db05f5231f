import { CharterBook } from "./audit-charters.js";
import { KeyDirectory } from "./audit-keys.js";
import type { Milestone } from "./audit-milestones.js";
import { LimitsAudit } from "./audit-limits.js";
import type { Findings } from "./audit-report.js";
import type { Reject } from "./round-auditing.js";
import { SessionAudit, type SessionBody } from "./audit-session.js";
import { parseBody, type Body, type LogOpened, type SessionOffer } from "./bodies.js";
import { entrySignedBy, parseEntry, type Entry, type EntryType, type Statement } from "./entry.js";

/** Entries only a party of the charter may make. */
const BY_PARTIES: readonly EntryType[] = [
  "charter.signature", "charter.refusal", "session.data", "bundle", "shares", "round.upload", "round.agree", "round.unmask",
  "key.commit", "round.sealed", "round.decryption", "comparison",
];

/** How many things were looked at. */
export interface EntryCounts {
  readonly entries: number;
  readonly signatures: number;
  readonly charters: number;
  readonly schemas: number;
  readonly rounds: number;
  readonly comparisons: number;
}

/** Reads a log entry by entry and objects to whatever contradicts the protocol or what was said before. */
export class EntryAudit {
  readonly #keys = new KeyDirectory();
  readonly #charters = new CharterBook();
  readonly #sessions = new Map<string, SessionAudit>();
  readonly #limits: LimitsAudit;
  readonly #findings: Findings;
  readonly #logKey: string;
  #opened: LogOpened | null = null;
  #counts = { entries: 0, signatures: 0, schemas: 0, rounds: 0, comparisons: 0 };

  constructor(logKey: string, findings: Findings) {
    this.#logKey = logKey;
    this.#findings = findings;
    this.#limits = new LimitsAudit(findings);
  }

  get counts(): EntryCounts {
    return { ...this.#counts, charters: this.#charters.size };
  }

  /** Takes the next entry. If it shows something of a computation, that, so that it can be computed again. */
  take(bytes: Uint8Array, index: number): Milestone | null {
    const reject: Reject = (code, says) => this.#findings.add(index, code, says);
    const entry = parsed(bytes, reject);
    if (entry === null) return null;
    const read = parseBody(entry.statement);
    if (!read.ok) reject("ENTRY_BODY", `${entry.statement.type}: ${read.problems.join("; ")}`);
    this.#counts.entries++;
    if (!read.ok) return null;
    if (read.body.kind === "session.data") this.#counts.schemas++;
    if (read.body.kind === "round.result") this.#counts.rounds++;
    if (read.body.kind === "comparison") this.#counts.comparisons++;
    if ((read.body.kind === "log.opened") !== (index === 0)) reject("LOG_OPENED", "a log is opened by its first entry, and by no other");
    if (read.body.kind === "log.opened") this.#open(read.body, reject);
    this.#checkAuthor(entry, reject);
    this.#charters.checkDigest(entry.statement, reject);
    return this.#apply(read.body, entry, index, reject);
  }

  /** Whose cosignature counts, under which keys: those a charter names for it, or, where none of these is valid, those it enrolled. */
  witnesses(): readonly { readonly party: string; readonly key: Uint8Array }[] {
    return this.#keys.holders().flatMap((party) => {
      const named = this.#charters.keysOf(party).filter((key) => !this.#keys.isRevoked(party, key));
      return (named.length > 0 ? named : this.#keys.valid(party)).map((key) => ({ party, key }));
    });
  }

  #open(body: LogOpened, reject: Reject): void {
    if (this.#opened !== null) return;
    if (body.logKey !== this.#logKey || body.logKey.split("+")[0] !== body.origin) {
      reject("LOG_OPENED", "the log was opened under another key or origin than it is signed with");
    }
    this.#opened = body;
  }

  #checkAuthor(entry: Entry, reject: Reject): void {
    const { actor, type } = entry.statement;
    const key = this.#keyFor(entry.statement);
    this.#counts.signatures++;
    if (key === null && BY_PARTIES.includes(type)) return reject("ENTRY_AUTHOR", `${actor} is not a party of the charter it quotes`);
    if (key === null) return reject("ENTRY_AUTHOR", `${type} is the coordinator's to say, not ${actor}'s`);
    if (!entrySignedBy(entry, key)) return reject("ENTRY_SIGNATURE", `the signature is not by ${actor}`);
    if (this.#keys.isRevoked(actor, key)) reject("KEY_REVOKED", `signed with a key of ${actor} that was revoked before`);
  }

  /**
   * The one key that may sign this: the party's in the charter it quotes, or the coordinator's that opened the log. An enrolment alone gives
   * nobody a voice: the coordinator writes it, and could enrol a key of its own for a party. Null if this is not the actor's to say.
   */
  #keyFor({ actor, type, charter }: Statement): Uint8Array | null {
    if (BY_PARTIES.includes(type)) return this.#charters.find(charter)?.parties.get(actor) ?? null;
    return actor === this.#opened?.coordinator ? this.#opened.signingKey : null;
  }

  #apply(body: Body, entry: Entry, index: number, reject: Reject): Milestone | null {
    const { statement } = entry;
    switch (body.kind) {
      case "log.opened": case "charter.refusal": return null;
      case "enrolment": return this.#keys.add(body.party, body.signingKey, body.certificate), null;
      case "revocation": {
        if (!this.#keys.revoke(body.party, body.certificate)) reject("REVOCATION_UNKNOWN", `${body.party} was never enrolled with that certificate`);
        return null;
      }
      case "charter": {
        if (this.#opened !== null) this.#charters.add(body, statement, this.#keys, { opened: this.#opened, reject });
        return null;
      }
      case "charter.signature": {
        if (body.digest !== statement.charter) reject("CHARTER_DIGEST", "the signature is for another charter than the one it quotes");
        return this.#charters.sign(body.digest, statement.actor), null;
      }
      case "session.offer": return this.#offer(body, statement, index, reject);
      case "session.data": case "bundle": case "roster": case "shares": case "ready": case "model": case "session.close": case "session.abort": case "comparison":
      case "round.offer": case "round.upload": case "round.survivors": case "round.agree": case "round.unmask": case "round.result":
      case "key.commit": case "round.sealed": case "round.decryption":
        return this.#inSession(body, entry, index, reject);
    }
  }

  #offer(body: SessionOffer, statement: Statement, index: number, reject: Reject): Milestone | null {
    const { charter: digest, session } = statement;
    const unsigned = this.#charters.unsigned(digest);
    if (unsigned.length > 0) reject("CHARTER_UNSIGNED", `a session under a charter that ${unsigned.join(", ")} did not sign`);
    const charter = this.#charters.find(digest);
    if (charter !== null) this.#limits.offered(charter, statement, index);
    if (this.#sessions.has(session)) return reject("ROUND_SECOND", "a second offer of one session"), null;
    if (charter === null) return null;
    const audit = new SessionAudit(session, charter, body);
    this.#sessions.set(session, audit);
    return audit.begun(index);
  }

  #inSession(body: SessionBody, { id, statement }: Entry, index: number, reject: Reject): Milestone | null {
    const { actor, charter, session, round } = statement;
    const audit = this.#sessions.get(session);
    if (audit === undefined) return reject("ROUND_ORDER", `${body.kind} in a session that was not offered`), null;
    const milestone = audit.take(body, { entry: index, id, actor, charter, round }, reject);
    const at = { entry: index, session, round };
    const opened = body.kind === "round.agree" || body.kind === "round.result" ? audit.opened(round) : null;
    if (body.kind === "round.upload" || body.kind === "round.sealed") this.#limits.uploaded(audit.charter, actor, at);
    if (opened !== null) this.#limits.opened(audit.charter, opened, at);
    return milestone;
  }
}

function parsed(bytes: Uint8Array, reject: Reject): Entry | null {
  try {
    return parseEntry(bytes);
  } catch (problem) {
    // What JSON.parse and the UTF-8 decoder throw at foreign bytes.
    if (!(problem instanceof RangeError || problem instanceof SyntaxError || problem instanceof TypeError)) throw problem;
    reject("ENTRY_FORM", "not an entry in canonical form");
    return null;
  }
}
