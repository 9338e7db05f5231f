import type { Json } from "@cohortium/crypto/canonical-json";
import { CHARTER_TEXT_LENGTH_MAX } from "../charter/limits.js";
import { plainYamlLine, readPlainYaml } from "./plain-yaml.js";

/** A charter's YAML as JSON. Says nothing about its meaning; `checkCharter` does. @throws PlainYamlError naming the first line at fault. */
export function readCharterYaml(text: string): Json {
  return readPlainYaml(text, CHARTER_TEXT_LENGTH_MAX).json;
}

/** The line, from 1, of what a JSON pointer (RFC 6901) means in this text, or of the nearest thing around it that exists. */
export function charterYamlLine(text: string, pointer: string): number {
  return plainYamlLine(text, pointer, CHARTER_TEXT_LENGTH_MAX);
}
