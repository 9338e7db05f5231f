import type { Json } from "@cohortium/crypto/canonical-json";
import { parseDocument, stringify } from "yaml";

/** What a copied draft says of its own consortium and time. RFC 3339, UTC, whole seconds. */
export interface Renewal {
  readonly consortium: string;
  readonly notBefore: string;
  readonly expires: string;
}

/** The draft with these three values, everything else as it was, comments included. @param text - As `readCharterYaml` accepts it. */
export function renewedDraft(text: string, renewal: Renewal): string {
  // It points from where the file lay, and a copy lies elsewhere.
  const document = parseDocument(text.replace(/^# yaml-language-server:.*\n(?:#\n)?/, ""), { version: "1.2", schema: "core" });
  for (const [key, value] of Object.entries(renewal)) document.set(key, value);
  return document.toString({ lineWidth: 0 });
}

/** A charter as YAML that `readCharterYaml` reads back to the same JSON. Words that older YAML takes for truth values are quoted. */
export function writeCharterYaml(charter: Json): string {
  return stringify(charter, { version: "1.2", schema: "core", compat: "yaml-1.1", lineWidth: 0, aliasDuplicateObjects: false });
}
