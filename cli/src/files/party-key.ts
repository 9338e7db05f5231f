import { fromBase64 } from "@cohortium/crypto/bytes";
import type { Json } from "@cohortium/crypto/canonical-json";
import { itemsOf, memberOf } from "@cohortium/crypto/json-member";
import { readCharterYaml } from "@cohortium/protocol/host/charter-yaml";
import { Refusal } from "@cohortium/protocol/host/refusal";
import { pathOf, type Context } from "../world/context.js";
import { fileBytes } from "./file-bytes.js";

const KEY = /^[A-Za-z0-9+/]{43}=$/;

/**
 * The signing key of a party, from whom the caller trusts: the key itself in base64, or a charter that names it.
 *
 * @throws Refusal USAGE_KEY if the text is neither, or the charter has no such party.
 */
export function partyKey(context: Context, keyOf: string | undefined, party: string): Uint8Array {
  if (keyOf === undefined) throw unknownKey("it is not said whose key is trusted", "not given: --key-of");
  if (KEY.test(keyOf)) return fromBase64(keyOf);
  const bytes = fileBytes(pathOf(context, keyOf));
  if (bytes === null) throw unknownKey("this is neither a key nor a charter", keyOf);
  const key = itemsOf(memberOf(charterIn(bytes, keyOf), "parties")).find((one) => memberOf(one, "name") === party);
  const text = memberOf(key, "signingKey");
  if (typeof text === "string" && KEY.test(text)) return fromBase64(text);
  throw unknownKey("the charter names no key of this party", `${keyOf} has no signingKey of ${party}`);
}

function charterIn(bytes: Uint8Array, path: string): Json {
  try {
    return readCharterYaml(new TextDecoder().decode(bytes));
  } catch (error) {
    throw unknownKey("this is neither a key nor a charter", `${path}: ${error instanceof Error ? error.name : "unreadable"}`);
  }
}

function unknownKey(title: string, detail: string): Refusal {
  return new Refusal({
    code: "USAGE_KEY", title, detail, fix: "with --key-of, name the party's signing key in base64, or a file with the charter that all companies signed: cohortium charter show --yaml",
  });
}
