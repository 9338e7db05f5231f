import type { Json } from "@cohortium/crypto/canonical-json";
import { z } from "zod";
import type { Charter } from "./charter.js";
import type { Digest } from "../session/ids.js";
import { jsonDigest } from "../session/json-digest.js";

/** SHA-256 of the charter's RFC 8785 form: what the companies sign, and what every log entry and message names. */
export function charterDigest(charter: Charter): Digest {
  return jsonDigest(charterAsJson(charter));
}

/** The same value, typed as JSON: what `charter.json` holds and the log shows. */
export function charterAsJson(charter: Charter): Json {
  return z.json().parse(charter);
}
