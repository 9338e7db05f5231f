import type { Json } from "@cohortium/crypto/canonical-json";
import { CharterBook } from "./audit-charters.js";
import { KeyDirectory } from "./audit-keys.js";
import type { Findings } from "./audit-report.js";
import { RoundAudit, type CompletedRound, type Place, type Reject } from "./audit-round.js";
import { parseBody, type Body, type LogOpened, type Ready, type Roster } from "./bodies.js";
import { entrySignedBy, parseEntry, type Entry, type EntryType } from "./entry.js";

/** Entries only a party of the charter may make. */
const BY_PARTIES: readonly EntryType[] = ["charter.signature", "charter.refusal", "bundle", "shares", "round.upload", "round.agree", "round.unmask"];

type RoundBody = Extract<Body, { kind: `round.${string}` }>;

interface Session {
  /** Entry ids of bundles, by the party that signed them. */
  readonly bundles: Map<string, Set<string>>;
  readonly rounds: Map<number, RoundAudit>;
  roster: Roster | null;
  ready: Ready | null;
}

/** A completed round, with the session it belongs to and the charter it stands under. */
export interface LoggedRound extends CompletedRound {
  readonly session: string;
  readonly charter: Json;
}

/** How many things were looked at. */
export interface EntryCounts { readonly entries: number; readonly signatures: number; readonly charters: number; readonly rounds: number }

/** Reads a log entry by entry and objects to whatever contradicts the protocol or what was said before. */
export class EntryAudit {
  readonly keys = new KeyDirectory();
  readonly #charters = new CharterBook();
  readonly #sessions = new Map<string, Session>();
  readonly #findings: Findings;
  readonly #logKey: string;
  #opened: LogOpened | null = null;
  #counts = { entries: 0, signatures: 0, rounds: 0 };

  constructor(logKey: string, findings: Findings) {
    this.#logKey = logKey;
    this.#findings = findings;
  }

  get counts(): EntryCounts {
    return { ...this.#counts, charters: this.#charters.size };
  }

  /** Takes the next entry. If it completes a round, the round, so that its sum can be computed again. */
  take(bytes: Uint8Array, index: number): LoggedRound | null {
    const reject: Reject = (code, says) => this.#findings.add(index, code, says);
    const entry = parsed(bytes, reject);
    if (entry === null) return null;
    const read = parseBody(entry.statement);
    if (!read.ok) reject("ENTRY_BODY", `${entry.statement.type}: ${read.problems.join("; ")}`);
    this.#counts.entries++;
    if (!read.ok) return null;
    if ((read.body.kind === "log.opened") !== (index === 0)) reject("LOG_OPENED", "a log is opened by its first entry, and by no other");
    if (read.body.kind === "log.opened") this.#open(read.body, reject);
    this.#checkAuthor(entry, reject);
    this.#charters.checkDigest(entry.statement, reject);
    return this.#apply(read.body, entry, index, reject);
  }

  #open(body: LogOpened, reject: Reject): void {
    if (this.#opened !== null) return;
    if (body.logKey !== this.#logKey || body.logKey.split("+")[0] !== body.origin) {
      reject("LOG_OPENED", "the log was opened under another key or origin than it is signed with");
    }
    this.#opened = body;
    this.keys.add(body.coordinator, body.signingKey, null);
  }

  #checkAuthor(entry: Entry, reject: Reject): void {
    const { actor, type, charter } = entry.statement;
    const isByParty = BY_PARTIES.includes(type);
    if (!isByParty && actor !== this.#opened?.coordinator) reject("ENTRY_AUTHOR", `${type} is the coordinator's to say, not ${actor}'s`);
    if (isByParty && !this.#charters.isParty(charter, actor)) reject("ENTRY_AUTHOR", `${actor} is not a party of the charter it quotes`);
    this.#counts.signatures++;
    if (this.keys.valid(actor).some((key) => entrySignedBy(entry, key))) return;
    const isRevoked = this.keys.revoked(actor).some((key) => entrySignedBy(entry, key));
    if (isRevoked) return reject("KEY_REVOKED", `signed with a key of ${actor} that was revoked before`);
    if (!this.keys.isKnown(actor)) return reject("KEY_UNKNOWN", `no key of ${actor} is logged before`);
    reject("ENTRY_SIGNATURE", `the signature is not by ${actor}`);
  }

  #apply(body: Body, entry: Entry, index: number, reject: Reject): LoggedRound | null {
    const { statement } = entry;
    const place: Place = { entry: index, id: entry.id, actor: statement.actor };
    switch (body.kind) {
      case "log.opened": case "charter.refusal": case "shares": case "model": case "session.close": case "session.abort": return null;
      case "enrolment": return this.keys.add(body.party, body.signingKey, body.certificate), null;
      case "revocation": return this.#revoke(body.party, body.certificate, reject);
      case "charter": {
        if (this.#opened !== null) this.#charters.add(body, statement, this.keys, { opened: this.#opened, reject });
        return null;
      }
      case "charter.signature": {
        if (body.digest !== statement.charter) reject("CHARTER_DIGEST", "the signature is for another charter than the one it quotes");
        return this.#charters.sign(body.digest, statement.actor), null;
      }
      case "session.offer": {
        const unsigned = this.#charters.unsigned(statement.charter);
        if (unsigned.length > 0) reject("CHARTER_UNSIGNED", `a session under a charter that ${unsigned.join(", ")} did not sign`);
        return null;
      }
      case "bundle": case "roster": case "ready": return this.#prepare(body, place, this.#session(statement.session), reject), null;
      case "round.offer": case "round.upload": case "round.survivors": case "round.agree": case "round.unmask": case "round.result": {
        const { session, round, charter } = statement;
        const completed = this.#round(body, place, { session: this.#session(session), round, reject });
        return completed === null ? null : { ...completed, session, charter: this.#charters.text(charter) };
      }
    }
  }

  #revoke(party: string, certificate: string, reject: Reject): null {
    if (!this.keys.revoke(party, certificate)) reject("REVOCATION_UNKNOWN", `${party} was never enrolled with that certificate`);
    return null;
  }

  #session(id: string): Session {
    const session = this.#sessions.get(id) ?? { bundles: new Map(), rounds: new Map(), roster: null, ready: null };
    this.#sessions.set(id, session);
    return session;
  }

  #prepare(body: Extract<Body, { kind: "bundle" | "roster" | "ready" }>, place: Place, session: Session, reject: Reject): void {
    switch (body.kind) {
      case "bundle": {
        const ids = session.bundles.get(place.actor) ?? new Set();
        session.bundles.set(place.actor, ids.add(place.id));
        return;
      }
      case "roster": {
        if (session.roster !== null) reject("ROUND_SECOND", "a second roster in one session");
        const strangers = body.parties.filter((party) => session.bundles.get(party)?.has(body.bundles.get(party) ?? "") !== true);
        if (strangers.length > 0) reject("ROUND_ORDER", `the roster names no key bundle logged before for ${strangers.join(", ")}`);
        session.roster ??= body;
        return;
      }
      case "ready": {
        if (session.ready !== null) reject("ROUND_SECOND", "a second list of ready parties in one session");
        const { parties = [] } = session.roster ?? {};
        if (!body.parties.every((party) => parties.includes(party))) reject("ROUND_PARTY", "a party is ready that is not on the roster");
        session.ready ??= body;
        return;
      }
    }
  }

  #round(body: RoundBody, place: Place, at: { readonly session: Session; readonly round: number; readonly reject: Reject }): CompletedRound | null {
    const { session, round, reject } = at;
    const audit = session.rounds.get(round);
    if (body.kind === "round.offer") {
      const { roster, ready } = session;
      if (audit !== undefined) reject("ROUND_SECOND", "a second offer of one round");
      else if (roster === null || ready === null) reject("ROUND_ORDER", "a round before the session has a roster and ready parties");
      else session.rounds.set(round, new RoundAudit({ roster, ready }, body, place, reject));
      return null;
    }
    if (audit === undefined) {
      reject("ROUND_ORDER", `${body.kind} of a round that was not offered`);
      return null;
    }
    switch (body.kind) {
      case "round.upload": return audit.upload(body, place, reject), null;
      case "round.survivors": return audit.survivors(body, place, reject), null;
      case "round.agree": return audit.agree(body, place, reject), null;
      case "round.unmask": return audit.unmask(body, place, reject), null;
      case "round.result": {
        this.#counts.rounds++;
        return audit.result(body, place, reject);
      }
    }
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
