import { chunkRoot } from "@cohortium/crypto/chunk-root";
import { toBase64, toHex, utf8 } from "@cohortium/crypto/bytes";
import { sha256 } from "@cohortium/crypto/hash";
import { Refusal } from "@cohortium/protocol/host/refusal";
import { egressDecoded, type DecodedField, type EgressLine } from "../answers/egress.js";
import { fileBytes } from "../files/file-bytes.js";
import { checkFree, checkWritable, writeOut } from "../files/write-out.js";
import { adminOfRole } from "../found/place.js";
import { logEntryText, privacyText } from "../show/egress.js";
import { count, instant } from "../text/amounts.js";
import { facts } from "../text/table.js";
import { pathOf, textOption, type Context, type Options } from "../world/context.js";
import type { Outcome } from "../world/outcome.js";

/** Bytes printed without being asked for all. */
const SHOWN_BYTES = 256;

/** One line of the ledger, down to its bytes. Ends with 6 if they are not those the ledger has the digest of. */
export async function decode(context: Context, text: string, options: Options): Promise<Outcome> {
  if (!/^\d{1,15}$/.test(text)) throw new Refusal({ code: "USAGE_LINE", title: "a line is named by its number", detail: `"${text}" is none`, fix: "see them with: cohortium egress show" });
  const form = formIn(options);
  const out = textOption(options, "out");
  if (out !== undefined) checkTarget(pathOf(context, out));
  const admin = adminOfRole(context.folder, "node", "egress decode");
  const answer = await admin.get(`/v1/egress/${text}`, egressDecoded);
  const { line, bytes: found } = answer;
  const elsewhere = textOption(options, "bytes");
  const bytes = elsewhere !== undefined ? bytesIn(context, elsewhere) : found.kind === "gone" ? null : await admin.getBytes(`/v1/egress/${text}/bytes`);
  if (bytes === null && out !== undefined) throw gone(found.kind === "gone" ? found.because : "");
  const fields = found.kind === "gone" ? [] : found.fields;
  const fits = bytes !== null && (toHex(sha256(bytes)) === line.digest || toHex(chunkRoot(bytes)) === line.digest);
  if (bytes !== null && out !== undefined) writeOut(pathOf(context, out), form === null ? bytes : utf8(`${textOf(bytes, form)}\n`), 0o600);
  const told = bytes === null ? found
    : { kind: found.kind, length: bytes.length, digestFits: fits, base64: out === undefined ? toBase64(bytes) : null, out: out ?? null };
  const json = { line, bytes: told, fields };
  const shown = [lineText(line), "", fieldsText(fields), ...(bytes === null ? [] : ["", bytesText(bytes, { form, out })]), "", verdictText(context, { fits, bytes, found, elsewhere })];
  return { json, text: shown.filter((part, i) => part !== "" || shown[i + 1] !== "").join("\n"), exit: bytes !== null && !fits ? 6 : 0 };
}

/** Whoever asked for a file would otherwise look for it. */
function gone(because: string): Refusal {
  return new Refusal({ code: "USAGE_GONE", title: "the bytes are not here any more", detail: `${because}; nothing was written`, fix: "leave --out out to see what the ledger still says, or hold bytes from elsewhere to its digest with --bytes FILE" });
}

function checkTarget(path: string): void {
  checkWritable(path);
  checkFree(path, "name another with --out");
}

function lineText(line: EgressLine): string {
  return facts([
    ["line", String(line.n)], ["when (UTC)", instant(line.atMs)], ["to", line.recipient], ["session", line.session], ["round", String(line.round)], ["kind", line.kind],
    ["bytes", count(line.bytes)], ["meaning", line.meaning], ["privacy", privacyText(line.nanoRho)], ["digest", line.digest], ["log entry", logEntryText(line)],
  ]);
}

function fieldsText(fields: readonly DecodedField[]): string {
  return fields.map(({ field, value, means }) => `${field}\n  ${value}\n  ${means}`).join("\n");
}

type Form = "hex" | "base64";

function formIn(options: Options): Form | null {
  const form = textOption(options, "form");
  if (form === undefined || form === "hex" || form === "base64") return form ?? null;
  throw new Refusal({ code: "USAGE_FORM", title: "there is no such form", detail: `"${form}"`, fix: "write --form hex or --form base64" });
}

function textOf(bytes: Uint8Array, form: Form): string {
  return form === "hex" ? toHex(bytes) : toBase64(bytes);
}

function bytesText(bytes: Uint8Array, { form, out }: { readonly form: Form | null; readonly out: string | undefined }): string {
  if (out !== undefined) return `${out}: ${count(bytes.length)} bytes`;
  if (form !== null) return textOf(bytes, form);
  const more = bytes.length > SHOWN_BYTES ? `\n… ${count(bytes.length - SHOWN_BYTES)} more; --form hex prints all, --out FILE writes them` : "";
  return `${dump(bytes.subarray(0, SHOWN_BYTES))}${more}`;
}

const DUMP_WIDTH = 32;

function dump(bytes: Uint8Array): string {
  const lines = Array.from({ length: Math.ceil(bytes.length / DUMP_WIDTH) }, (_, i) => bytes.subarray(i * DUMP_WIDTH, (i + 1) * DUMP_WIDTH));
  return lines.map((part, i) => `${(i * DUMP_WIDTH).toString(16).padStart(4, "0")}  ${toHex(part).replace(/(.{8})(?=.)/g, "$1 ")}`).join("\n");
}

interface Verdict {
  readonly fits: boolean;
  readonly bytes: Uint8Array | null;
  readonly found: { readonly kind: string; readonly because?: string };
  readonly elsewhere: string | undefined;
}

function verdictText({ paint }: Context, { fits, bytes, found, elsewhere }: Verdict): string {
  if (bytes === null) return paint.warn(`The bytes are not here any more: ${found.because ?? ""}. With --bytes FILE they are held to the digest.`);
  const whose = elsewhere === undefined ? "These are the bytes that left" : `${elsewhere} holds the bytes that left`;
  return fits ? `${paint.good(`${whose}:`)} the ledger has this digest of them.` : paint.bad("These are not the bytes that left: the ledger has another digest.");
}

function bytesIn(context: Context, path: string): Uint8Array {
  const bytes = fileBytes(pathOf(context, path));
  if (bytes !== null) return bytes;
  throw new Refusal({ code: "USAGE_FILE", title: "there is no such file", detail: path, fix: "name a file with the bytes, such as an upload that the coordinator publishes" });
}
