import { fromBase64, toBase64 } from "@cohortium/crypto/bytes";
import { decodeEvent, encodeEvent } from "@cohortium/protocol/session/codec";
import type { EnrolmentRequest } from "@cohortium/protocol/host/enrolment";
import type { EnrolmentDecision, EnrolmentStore, JoinCodeRecord, PartyKeys } from "@cohortium/protocol/host/enrolment-store";
import { bytesOf, integerOf, textOf, transaction, type Database, type Row } from "@cohortium/protocol/host/sqlite";
import { parsePartyId, type PartyId } from "@cohortium/protocol/session/ids";

/** An enrolled party, revoked or not. `certificate` is the SHA-256 of its TLS certificate. */
export interface Party {
  readonly name: PartyId;
  readonly signingKey: Uint8Array;
  readonly agreementKey: Uint8Array;
  readonly certificate: string;
  readonly notAfterMs: number;
  readonly revoked: boolean;
}

/** One invitation and what came of it. */
export interface Invitation {
  readonly codeId: string;
  readonly party: string;
  readonly expiresMs: number;
  readonly atMs: number;
  readonly request: EnrolmentRequest | null;
  readonly decision: "waiting" | "approved" | "refused";
}

/** Join codes, requests and enrolled parties. */
export class PartyBook implements EnrolmentStore {
  readonly #db: Database;

  constructor(database: Database) {
    this.#db = database;
  }

  /** Keeps the party's new code, from now on its only one: earlier codes end, and a request that waits on one is refused. Returns the codes of those. */
  invite({ id, verifier, expiresAtMs }: JoinCodeRecord, party: PartyId, atMs: number): readonly string[] {
    return transaction(this.#db, () => {
      this.#db.prepare("UPDATE codes SET expires_ms = min(expires_ms, ?) WHERE party = ?").run(atMs, party);
      const waiting = this.#db.prepare("SELECT id FROM codes WHERE party = ? AND request IS NOT NULL AND decision = 'waiting'").all(party).map((row) => textOf(row, "id"));
      for (const codeId of waiting) this.decide(codeId, { kind: "refused", reason: "a newer join code has taken this one's place" });
      this.#db.prepare("INSERT INTO codes (id, party, verifier, expires_ms, at_ms) VALUES (?, ?, ?, ?, ?)").run(id, party, verifier, expiresAtMs, atMs);
      return waiting;
    });
  }

  findCode(codeId: string): JoinCodeRecord | null {
    const row = this.#db.prepare("SELECT id, verifier, expires_ms FROM codes WHERE id = ?").get(codeId);
    return row === undefined ? null : { id: textOf(row, "id"), verifier: bytesOf(row, "verifier"), expiresAtMs: integerOf(row, "expires_ms") };
  }

  findRequest(codeId: string): { readonly request: EnrolmentRequest; readonly decision: EnrolmentDecision } | null {
    const row = this.#db.prepare("SELECT request, decision, detail FROM codes WHERE id = ? AND request IS NOT NULL").get(codeId);
    return row === undefined ? null : { request: parseRequest(row), decision: parseDecision(textOf(row, "decision"), textOf(row, "detail")) };
  }

  findEnrolled(party: string): PartyKeys | null {
    const found = this.party(party);
    return found === null || found.revoked ? null : { signingKey: toBase64(found.signingKey), agreementKey: toBase64(found.agreementKey) };
  }

  /** A code is for one party: a request under another name finds no code of its own to use up. One that ended meanwhile counts as used. */
  saveRequest(request: EnrolmentRequest, atMs: number): boolean {
    const { changes } = this.#db.prepare("UPDATE codes SET request = ?, at_ms = ? WHERE id = ? AND party = ? AND request IS NULL AND expires_ms > ?")
      .run(encodeEvent(request), atMs, request.codeId, request.party, atMs);
    return Number(changes) === 1;
  }

  decide(codeId: string, decision: EnrolmentDecision): void {
    const detail = decision.kind === "approved" ? decision.certificatePem : decision.kind === "refused" ? decision.reason : "";
    this.#db.prepare("UPDATE codes SET decision = ?, detail = ? WHERE id = ?").run(decision.kind, detail, codeId);
  }

  /** In the order they were made. */
  invitations(): readonly Invitation[] {
    return this.#db.prepare("SELECT * FROM codes ORDER BY rowid").all().map((row) => ({
      codeId: textOf(row, "id"), party: textOf(row, "party"), expiresMs: integerOf(row, "expires_ms"), atMs: integerOf(row, "at_ms"),
      request: row["request"] === null ? null : parseRequest(row), decision: parseDecision(textOf(row, "decision"), "").kind,
    }));
  }

  enrol({ name, signingKey, agreementKey, certificate, notAfterMs }: Omit<Party, "revoked">): void {
    this.#db.prepare(`INSERT INTO parties (name, signing_key, agreement_key, certificate, not_after_ms) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (name) DO UPDATE SET signing_key = excluded.signing_key, agreement_key = excluded.agreement_key,
        certificate = excluded.certificate, not_after_ms = excluded.not_after_ms, revoked = 0`).run(name, signingKey, agreementKey, certificate, notAfterMs);
  }

  revoke(name: PartyId): void {
    this.#db.prepare("UPDATE parties SET revoked = 1 WHERE name = ?").run(name);
  }

  party(name: string): Party | null {
    const row = this.#db.prepare("SELECT * FROM parties WHERE name = ?").get(name);
    return row === undefined ? null : partyOf(row);
  }

  parties(): readonly Party[] {
    return this.#db.prepare("SELECT * FROM parties ORDER BY name").all().map(partyOf);
  }
}

/** The keys a request asks to be known by. */
export function keysIn(request: EnrolmentRequest): { readonly signingKey: Uint8Array; readonly agreementKey: Uint8Array } {
  return { signingKey: fromBase64(request.signingKey), agreementKey: fromBase64(request.agreementKey) };
}

function partyOf(row: Row): Party {
  return {
    name: parsePartyId(textOf(row, "name")), signingKey: bytesOf(row, "signing_key"), agreementKey: bytesOf(row, "agreement_key"),
    certificate: textOf(row, "certificate"), notAfterMs: integerOf(row, "not_after_ms"), revoked: integerOf(row, "revoked") === 1,
  };
}

function parseRequest(row: Row): EnrolmentRequest {
  return decodeEvent(bytesOf(row, "request")) as EnrolmentRequest;
}

function parseDecision(kind: string, detail: string): EnrolmentDecision {
  if (kind === "approved") return { kind, certificatePem: detail };
  return kind === "refused" ? { kind, reason: detail } : { kind: "waiting" };
}
