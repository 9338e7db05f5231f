import { readFileSync } from "node:fs";

/** The version in this package's own package.json. */
export function ownVersion(): string {
  return parseVersion(JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")));
}

function parseVersion(manifest: unknown): string {
  return (manifest as { readonly version: string }).version;
}
