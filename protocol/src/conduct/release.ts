import type { Json } from "@cohortium/crypto/canonical-json";
import type { Digest } from "../session/ids.js";
import { jsonDigest } from "../session/json-digest.js";
import { evaluationJson, type Evaluation } from "../training/evaluation.js";
import { modelDigest, modelJson, type Model } from "../training/model.js";

/** What a session releases at its end. */
export type Release =
  | { readonly kind: "model"; readonly model: Model; readonly evaluation: Evaluation }
  | { readonly kind: "answer"; readonly answer: Json };

/** The same as it is sent, and as it comes from outside. */
export type Released =
  | { readonly kind: "model"; readonly model: Json; readonly evaluation: Json }
  | { readonly kind: "answer"; readonly answer: Json };

export function releasedJson(release: Release): Released {
  switch (release.kind) {
    case "model": return { kind: "model", model: modelJson(release.model), evaluation: evaluationJson(release.evaluation) };
    case "answer": return release;
  }
}

/** What a `session.close` says of it: SHA-256 of canonical JSON. */
export type ReleaseDigests =
  | { readonly kind: "model"; readonly model: Digest; readonly evaluation: Digest }
  | { readonly kind: "answer"; readonly answer: Digest };

export function releaseDigests(release: Release): ReleaseDigests {
  switch (release.kind) {
    case "model": return { kind: "model", model: modelDigest(release.model), evaluation: jsonDigest(evaluationJson(release.evaluation)) };
    case "answer": return { kind: "answer", answer: jsonDigest(release.answer) };
  }
}

/** The body of the `session.close` entry. */
export function closeBody({ kind: _, ...digests }: ReleaseDigests): Json {
  return digests;
}
