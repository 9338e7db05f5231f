import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { toHex } from "@cohortium/crypto/bytes";
import { verify } from "@cohortium/crypto/signing";
import { createFileAtomic, writeFileAtomic } from "../../src/host/atomic-file.js";
import { openAgreementSecret, openSigningKey } from "../../src/host/keys.js";
import { scratchFolder } from "./scratch-folder.js";

const root = scratchFolder();
const fresh = (name: string) => join(root, name);
const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

describe("long-term keys", () => {
  test("are drawn once, closed to others, and the same ever after", () => {
    const folder = fresh("once");
    const first = openSigningKey(folder, "signing");
    const secret = openAgreementSecret(folder).lend(toHex);
    const log = openSigningKey(folder, "log");
    expect(openSigningKey(folder, "signing").publicKey).toEqual(first.publicKey);
    expect(openAgreementSecret(folder).lend(toHex)).toBe(secret);
    expect(log.publicKey).not.toEqual(first.publicKey);
    expect(verify(first.publicKey, Uint8Array.of(7), first.sign(Uint8Array.of(7)))).toBe(true);
    expect(modeOf(join(folder, "keys"))).toBe("700");
    expect(readdirSync(join(folder, "keys")).toSorted()).toEqual(["agreement.secret", "log.seed", "signing.seed"]);
    for (const name of readdirSync(join(folder, "keys"))) expect(modeOf(join(folder, "keys", name))).toBe("600");
  });

  test("that others could read are refused, with the command that closes them", () => {
    const folder = fresh("open");
    openSigningKey(folder, "signing");
    const path = join(folder, "keys", "signing.seed");
    chmodSync(path, 0o640);
    expect(() => openSigningKey(folder, "signing")).toThrow(expect.objectContaining({ code: "KEY_PERMISSIONS", fix: `chmod 0600 ${path}` }));
    chmodSync(path, 0o600);
    chmodSync(join(folder, "keys"), 0o711);
    expect(() => openSigningKey(folder, "signing")).toThrow(expect.objectContaining({ fix: `chmod 0700 ${join(folder, "keys")}` }));
  });

  test("that are damaged are neither used nor replaced, nor shown", () => {
    const folder = fresh("damaged");
    mkdirSync(join(folder, "keys"), { recursive: true, mode: 0o700 });
    const path = join(folder, "keys", "signing.seed");
    writeFileSync(path, "c2hvcnQ=\n", { mode: 0o600 });
    expect(() => openSigningKey(folder, "signing")).toThrow(expect.objectContaining({ code: "KEY_DAMAGED", message: expect.not.stringContaining("c2hvcnQ") }));
    expect(readFileSync(path, "utf8")).toBe("c2hvcnQ=\n");
  });
});

describe("an atomic write", () => {
  test("replaces the content and leaves nothing else behind", () => {
    const folder = scratchFolder();
    writeFileAtomic(join(folder, "a"), "old", 0o600);
    writeFileAtomic(join(folder, "a"), Uint8Array.of(0x6e, 0x65, 0x77), 0o600);
    expect(readFileSync(join(folder, "a"), "utf8")).toBe("new");
    expect(readdirSync(folder)).toEqual(["a"]);
  });

  test("that may only create leaves what is there", () => {
    const folder = scratchFolder();
    expect(createFileAtomic(join(folder, "a"), "first", 0o600)).toBe(true);
    expect(createFileAtomic(join(folder, "a"), "second", 0o600)).toBe(false);
    expect(readFileSync(join(folder, "a"), "utf8")).toBe("first");
    expect(readdirSync(folder)).toEqual(["a"]);
  });
});
