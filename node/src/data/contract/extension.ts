import { nearestKey } from "@cohortium/protocol/host/config-keys";
import { pointer } from "@cohortium/protocol/charter/clauses";
import type { z } from "zod";
import type { Extension } from "./contract.js";
import { extensionForm, type OdcsColumn } from "./odcs-form.js";
import { finding, type Finding } from "./schema-rules.js";

type CustomProperties = NonNullable<OdcsColumn["customProperties"]>;

interface ExtensionRead {
  readonly extension: Extension;
  readonly findings: readonly Finding[];
}

/** What the custom property `cohortium` of a column says; other custom properties are other people's. */
export function extensionOf(properties: CustomProperties, path: readonly PropertyKey[]): ExtensionRead {
  const ours = properties.flatMap(({ property, value }, i) => (property === "cohortium" ? [{ value, at: [...path, i, "value"] }] : []));
  const [first, second] = ours;
  if (first === undefined) return { extension: { ...NOTHING, at: pointer(...path.slice(0, -1)) }, findings: strangers(properties, path) };
  if (second !== undefined) return { extension: NOTHING, findings: [finding("SCHEMA_EXTENSION", pointer(...second.at), "cohortium stands twice on this column", "keep one")] };

  const form = extensionForm.safeParse(first.value);
  if (!form.success) return { extension: NOTHING, findings: form.error.issues.flatMap((issue) => findingsOf(issue, first.at)) };
  const { unit = null, purpose = null, guessed, positive, knownBefore, hashed } = form.data;
  return {
    extension: {
      at: pointer(...first.at), unit, purpose, guessed: guessed ?? [], positive: positive === undefined || positive === null ? null : String(positive),
      knownBefore: knownBefore ?? false, hashed: hashed ?? false,
    },
    findings: [],
  };
}

const NOTHING: Extension = { at: "", unit: null, purpose: null, guessed: [], positive: null, knownBefore: false, hashed: false };

/** A near miss of our own name would be ignored in silence, with all it says. */
function strangers(properties: CustomProperties, path: readonly PropertyKey[]): readonly Finding[] {
  return properties.flatMap(({ property }, i) => (/^coh?ort[iu]+m$/i.test(property) ? [finding("SCHEMA_EXTENSION", pointer(...path, i, "property"), `there is no custom property ${property}; did you mean cohortium?`, "write cohortium")] : []));
}

function findingsOf(issue: z.core.$ZodIssue, at: readonly PropertyKey[]): readonly Finding[] {
  if (issue.code !== "unrecognized_keys") return [finding("SCHEMA_EXTENSION", pointer(...at, ...issue.path), issue.message.replace(/^Invalid input: /, ""), "write what is asked")];
  return issue.keys.map((key) => {
    const near = nearestKey(extensionForm, issue.path.map(String), key);
    const says = `there is no key ${JSON.stringify(key.slice(0, 80))} here${near === null ? "" : `; did you mean ${near}?`}`;
    return finding("SCHEMA_EXTENSION", pointer(...at, ...issue.path, key), says, near === null ? `known here: ${Object.keys(extensionForm.shape).join(", ")}` : `write ${near}`);
  });
}
