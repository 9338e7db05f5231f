import type { Json } from "@cohortium/crypto/canonical-json";
import { charterYamlLine, readCharterYaml } from "@cohortium/protocol/host/charter-yaml";
import { PlainYamlError } from "@cohortium/protocol/host/plain-yaml";
import { Refusal } from "@cohortium/protocol/host/refusal";
import { fileBytes } from "./file-bytes.js";

/** A charter's YAML as it lies on disk, and what it says. */
export interface Draft {
  readonly path: string;
  readonly text: string;
  readonly json: Json;
}

/** @throws Refusal USAGE_FILE if it cannot be read, USAGE_CHARTER_YAML naming the line at fault. */
export function readDraft(path: string): Draft {
  const text = readText(path);
  try {
    return { path, text, json: readCharterYaml(text) };
  } catch (error) {
    if (!(error instanceof PlainYamlError)) throw error;
    throw new Refusal({ code: "USAGE_CHARTER_YAML", title: "the charter cannot be read", detail: `${path}:${error.line}: ${error.message}`, fix: "correct the line" }, { cause: error });
  }
}

/** Does `work` with a draft; a charter that is refused names its problems by the lines of the file. */
export async function withLines<T>(draft: Draft, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== "CHARTER_REFUSED") throw error;
    const { code, title, rule, fix, entry, status } = error;
    const detail = error.detail.split("\n").map((line) => lineInFile(line, draft)).join("\n");
    throw new Refusal({ code, title, detail, rule, fix, entry, status }, { cause: error });
  }
}

/** `clause at /parties/0: …` with the line that the JSON pointer means in the file. */
function lineInFile(problem: string, { path, text }: Draft): string {
  const pointer = / at (\/\S*?):(?= |$)/.exec(problem)?.[1];
  return `${path}:${pointer === undefined ? 1 : charterYamlLine(text, pointer)}: ${problem}`;
}

function readText(path: string): string {
  const bytes = fileBytes(path);
  if (bytes === null) throw new Refusal({ code: "USAGE_FILE", title: "there is no such file", detail: path, fix: "name the YAML file of the draft" });
  return new TextDecoder().decode(bytes);
}
