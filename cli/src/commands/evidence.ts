import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { toHex, utf8 } from "@cohortium/crypto/bytes";
import { canonicalBytes, type Json } from "@cohortium/crypto/canonical-json";
import { memberOf } from "@cohortium/crypto/json-member";
import { sha256 } from "@cohortium/crypto/hash";
import { Refusal } from "@cohortium/protocol/host/refusal";
import { checkDocument } from "@cohortium/protocol/session/signed-document";
import { z } from "zod";
import { evidence, type MonthEvidence } from "../answers/evidence.js";
import { fileBytes } from "../files/file-bytes.js";
import { partyKey } from "../files/party-key.js";
import { checkFree, checkWritable, writeOut } from "../files/write-out.js";
import { adminOfRole } from "../found/place.js";
import { evidencePage } from "../report/evidence-page.js";
import { bytes, counted } from "../text/amounts.js";
import { plainLine } from "../text/plain.js";
import { given, pathOf, textOption, type CommandGroup, type Context, type Options } from "../world/context.js";
import { done, type Outcome } from "../world/outcome.js";
import { ownVersion } from "../world/own-version.js";

/** What a data-protection officer files. */
export const EVIDENCE: CommandGroup = {
  name: "evidence",
  says: "a month on one page: what ran, who allowed it, what left, what it cost (partner)",
  commands: [
    {
      usage: "report", says: "write the page, signed by this node's key, into the node's folder; with --json the same as JSON", example: "--folder ./harbour evidence report --month 2026-11 --out november.html",
      options: [["--month <month>", "in UTC, such as 2026-11; of one that is not over, what there is so far, and the page says so"], ["--out <file>", "where to, instead of evidence/evidence-PARTY-MONTH.html in the node's folder; the signature goes beside it, as FILE.sig"], ["--force", "replace what is there"]],
      run: (context, _, options) => report(context, options),
    },
    {
      usage: "verify <file>", says: "check a page or its JSON offline: who signed it, and that no byte was changed", example: "evidence verify november.html --key-of charter.yaml",
      options: [["--key-of <key or charter>", "the signing key of the company in base64, or a charter that names it"], ["--sig <file>", "the signature, if it is not FILE.sig"]],
      run: async (context, args, options) => verify(context, given(args, 0), options),
    },
  ],
};

async function report(context: Context, options: Options): Promise<Outcome> {
  const month = textOption(options, "month");
  if (month === undefined || !/^\d{4}-(0[1-9]|1[0-2])$/.test(month)) {
    throw new Refusal({ code: "USAGE_MONTH", title: "it is not said which month", detail: month === undefined ? "not given: --month" : `"${month}" is none`, fix: "write it as --month 2026-11" });
  }
  const admin = adminOfRole(context.folder, "node", "evidence report");
  const to = textOption(options, "out");
  const form = context.json ? "json" : "html";
  const raw = await admin.get(`/v1/evidence?month=${month}`, z.json());
  const told = evidence.parse(raw);
  refuseUnbegun(told);
  const path = to === undefined ? filed(context, `evidence-${told.party}-${month}.${form}`) : pathOf(context, to);
  for (const file of [path, `${path}.sig`]) {
    checkWritable(file);
    if (options["force"] !== true) checkFree(file, "name another with --out, or replace it with --force");
  }
  const written = form === "json" ? canonicalBytes(raw) : utf8(evidencePage(told, ownVersion()));
  const signature = await admin.post("/v1/evidence/signature", { month, form, sha256: toHex(sha256(written)) }, z.json());
  writeOut(path, written, 0o644);
  writeOut(`${path}.sig`, utf8(`${JSON.stringify(signature, null, 2)}\n`), 0o644);
  const { egress, sessions } = told;
  return done({ file: path, signature: `${path}.sig`, evidence: raw }, [
    `Written to ${path}: ${told.month}, ${counted(sessions.length, "session")}, ${counted(egress.messages, "message")} of ${bytes(egress.bytes)}${told.isWhole ? "" : "; the month is not over"}`,
    `${path}.sig: this node's signature. Whoever has the charter can check both: cohortium evidence verify ${to ?? path} --key-of CHARTER`,
  ].join("\n"));
}

/** By the clock of the node that signs it: a signed page in which nothing ran, of a month to come, would be filed as one in which nothing did. */
function refuseUnbegun({ month, from, madeAt }: MonthEvidence): void {
  // Written so that NaN refuses.
  if (Date.parse(from) <= Date.parse(madeAt)) return;
  throw new Refusal({
    code: "USAGE_MONTH", title: "this month has not begun", detail: `${month} begins at ${from}, and at this node it is ${madeAt}`, fix: `write one that has: --month ${madeAt.slice(0, 7)} for what there is so far`,
  });
}

/** A place of its own beside the node's other things, which only the node's owner reads. */
function filed({ folder }: Context, name: string): string {
  const drawer = join(folder, "evidence");
  mkdirSync(drawer, { recursive: true, mode: 0o700 });
  return join(drawer, name);
}

function verify(context: Context, file: string, options: Options): Outcome {
  const whole = bytesOf(context, file, "name the page or the JSON that evidence report wrote");
  const signature = parseJson(bytesOf(context, textOption(options, "sig") ?? `${file}.sig`, "the signature lies beside the page; name it with --sig"), file);
  const party = textIn(signature, "party");
  const verdict = checkDocument(signature, "evidence-report", partyKey(context, textOption(options, "keyOf"), party));
  const because = verdict.kind !== "good" ? verdict.because : textIn(signature, "sha256") === toHex(sha256(whole)) ? null : "the signature is of another file, or a byte of this one was changed";
  const { paint } = context;
  const [month, at] = [textIn(signature, "month"), textIn(signature, "at")].map(plainLine);
  const json = { verified: because === null, party: plainLine(party), month: month ?? "", signedAt: at ?? "", because };
  if (because !== null) return { json, text: `${paint.bad("Not verified:")} ${because}.`, exit: 6 };
  return done(json, `${paint.good("Verified:")} ${json.party} signed this file for ${json.month} at ${json.signedAt}, and no byte of it was changed.`);
}

function bytesOf(context: Context, path: string, fix: string): Uint8Array {
  const bytes = fileBytes(pathOf(context, path));
  if (bytes === null) throw new Refusal({ code: "USAGE_FILE", title: "there is no such file", detail: path, fix });
  return bytes;
}

function parseJson(bytes: Uint8Array, file: string): Json {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as Json;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new Refusal({ code: "VERIFY_SIGNATURE", title: "the signature cannot be read", detail: `beside ${file}`, fix: "ask for the page and its signature again" });
  }
}

function textIn(json: Json, name: string): string {
  const member = memberOf(json, name);
  return typeof member === "string" ? member : "";
}
