import { toHex } from "@cohortium/crypto/bytes";

interface HeldKey {
  readonly publicKey: Uint8Array;
  /** Digests of the certificates it was enrolled under; empty if only a charter names it. */
  readonly certificates: ReadonlySet<string>;
  readonly isRevoked: boolean;
}

/** Who may sign with which key, as far as the log has said up to the entry at hand. */
export class KeyDirectory {
  readonly #holders = new Map<string, Map<string, HeldKey>>();

  /** `certificate` is null if a charter or the log itself names the key. Only an enrolment under a new certificate brings a revoked key back. */
  add(holder: string, publicKey: Uint8Array, certificate: string | null): void {
    const keys = this.#holders.get(holder) ?? new Map<string, HeldKey>();
    const known = keys.get(toHex(publicKey));
    const isNew = certificate !== null && known?.certificates.has(certificate) !== true;
    const certificates = new Set([...(known?.certificates ?? []), ...(certificate === null ? [] : [certificate])]);
    keys.set(toHex(publicKey), { publicKey, certificates, isRevoked: !isNew && (known?.isRevoked ?? false) });
    this.#holders.set(holder, keys);
  }

  /** Ends the key that was enrolled under a certificate, also if it has others. False if there is none. */
  revoke(holder: string, certificate: string): boolean {
    const keys = this.#holders.get(holder);
    const found = [...(keys ?? [])].find(([, key]) => key.certificates.has(certificate));
    if (keys === undefined || found === undefined) return false;
    const [id, key] = found;
    keys.set(id, { ...key, isRevoked: true });
    return true;
  }

  isKnown(holder: string): boolean {
    return this.#holders.has(holder);
  }

  isRevoked(holder: string, publicKey: Uint8Array): boolean {
    return this.#holders.get(holder)?.get(toHex(publicKey))?.isRevoked ?? false;
  }

  valid(holder: string): readonly Uint8Array[] {
    return [...(this.#holders.get(holder)?.values() ?? [])].filter(({ isRevoked }) => !isRevoked).map(({ publicKey }) => publicKey);
  }

  holders(): readonly string[] {
    return [...this.#holders.keys()];
  }
}
