import { concat, fromBase64, toBase64, utf8 } from "@cohortium/crypto/bytes";
import { canonicalBytes, type Json } from "@cohortium/crypto/canonical-json";
import { SIGNATURE_BYTES, verify, type Signer } from "@cohortium/crypto/signing";

/** What a party signs outside the log, for people who never see it: a receipt for a person who was removed, a month's evidence for an authority. */
export const DOCUMENT_KINDS = ["deletion-receipt", "evidence-report"] as const;
export type DocumentKind = (typeof DOCUMENT_KINDS)[number];

/** Plain JSON: what is said, the key that signed it, in base64, and the signature over everything else. */
export type SignedDocument = Readonly<Record<string, Json>> & { readonly v: 1; readonly kind: DocumentKind; readonly signingKey: string; readonly sig: string };

/** `unsound` is no document of ours; `stranger` is signed by another key than the one expected; `changed` is not what was signed. */
export type DocumentVerdict =
  | { readonly kind: "good"; readonly document: SignedDocument }
  | { readonly kind: "unsound" | "stranger" | "changed"; readonly because: string };

/** Signs with the party's own key. Deterministic: the same words give the same document. @throws RangeError for what JSON cannot say. */
export function signDocument(kind: DocumentKind, says: Readonly<Record<string, Json>>, signer: Signer): SignedDocument {
  const whole = { ...says, v: 1 as const, kind, signingKey: toBase64(signer.publicKey) };
  return { ...whole, sig: toBase64(signer.sign(signedBytes(whole))) };
}

/**
 * Whether a document was signed with the private key of `publicKey`, and not changed since. The key inside the document is compared with it and not
 * trusted: anybody can sign with a key of her own.
 */
export function checkDocument(raw: Json, kind: DocumentKind, publicKey: Uint8Array): DocumentVerdict {
  const document = parseDocument(raw);
  if (document === null) return { kind: "unsound", because: "this is no signed document of this version" };
  if (document.kind !== kind) return { kind: "unsound", because: `this is a ${document.kind}` };
  if (document.signingKey !== toBase64(publicKey)) return { kind: "stranger", because: "the document names another key than the one it is checked against" };
  const { sig, ...whole } = document;
  return isSignature(sig, whole, publicKey) ? { kind: "good", document } : { kind: "changed", because: "the signature does not fit the document: it was changed, or not signed with this key" };
}

function isSignature(sig: string, whole: Readonly<Record<string, Json>>, publicKey: Uint8Array): boolean {
  try {
    const bytes = fromBase64(sig);
    return bytes.length === SIGNATURE_BYTES && verify(publicKey, signedBytes(whole), bytes);
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

const DOMAIN = utf8("cohortium/document/v1\n");

// The kind is among what is signed, so no document passes for one of another kind; the domain keeps them apart from entries and envelopes.
function signedBytes(whole: Readonly<Record<string, Json>>): Uint8Array {
  return concat(DOMAIN, canonicalBytes(whole));
}

function parseDocument(raw: Json): SignedDocument | null {
  if (typeof raw !== "object" || raw === null || Array.isArray(raw)) return null;
  const { v, kind, signingKey, sig } = raw as Readonly<Record<string, Json>>;
  const isOurs = v === 1 && DOCUMENT_KINDS.some((known) => known === kind) && typeof signingKey === "string" && typeof sig === "string";
  return isOurs ? raw as SignedDocument : null;
}
