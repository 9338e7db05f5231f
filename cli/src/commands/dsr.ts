import type { Json } from "@cohortium/crypto/canonical-json";
import { memberOf } from "@cohortium/crypto/json-member";
import { utf8 } from "@cohortium/crypto/bytes";
import { Refusal } from "@cohortium/protocol/host/refusal";
import { checkDocument } from "@cohortium/protocol/session/signed-document";
import { receipt, receipts, removed, type Receipt } from "../answers/deletions.js";
import { confirm, given, pathOf, textOption, type CommandGroup, type Context, type Options } from "../context.js";
import { fileBytes } from "../file-bytes.js";
import { done, type Outcome } from "../outcome.js";
import { partyKey } from "../party-key.js";
import { adminOfRole } from "../place.js";
import { count, counted, short } from "../show/amounts.js";
import { plainLine } from "../show/plain.js";
import { facts, table } from "../show/table.js";
import { checkWritable, writeOut } from "../write-out.js";

/** What a person may ask of a company that holds rows about her. */
export const DSR: CommandGroup = {
  name: "dsr",
  says: "requests of people whose rows this company holds: removal, and the receipt of it (partner)",
  commands: [
    {
      usage: "delete", says: "remove a person at this node: from now on her rows take no part in anything, and you get a signed receipt", example: "--folder ./harbour dsr delete --file removed.txt --receipt receipt.json",
      options: [
        ["--key <value>", "the person's value in the key column; the shell may keep it in its history, a file does not"], ["--file <file>", "keys of several people, one a line"],
        ["--receipt <file>", "write the receipt, or all of them as one list, into a file"],
      ],
      run: (context, _, options) => remove(context, options),
    },
    { usage: "ls", says: "the receipts of this node", example: "--folder ./harbour dsr ls", run: (context) => list(context) },
    {
      usage: "verify <receipt>", says: "check a receipt offline: who signed it, and that nothing was changed", example: "dsr verify receipt.json --key-of charter.yaml",
      options: [["--key-of <key or charter>", "the signing key of the company in base64, or a charter that names it"]],
      run: async (context, args, options) => verify(context, given(args, 0), options),
    },
  ],
};

/** Each receipt is signed and kept by itself; a request to the node stays small. */
const BATCH = 1_000;

async function remove(context: Context, options: Options): Promise<Outcome> {
  const keys = keysOf(context, options);
  const admin = adminOfRole(context.folder, "node", "dsr delete");
  const to = textOption(options, "receipt");
  // Before the removal: it cannot be undone, and a receipt that nobody gets is none.
  if (to !== undefined) checkWritable(pathOf(context, to));
  await confirm(context, `Remove ${keys.length === 1 ? "this person" : `these ${count(keys.length)} people`} at this node, for good?`);
  context.progress.now("counts the rows and writes tombstones …");
  const answers: { readonly receipt: Json; readonly isNew: boolean }[] = [];
  for (let from = 0; from < keys.length; from += BATCH) answers.push(...(await admin.post("/v1/deletions", { keys: keys.slice(from, from + BATCH) }, removed)).removed);
  context.progress.clear();
  const documents = answers.map(({ receipt: document }) => document);
  if (to !== undefined) writeOut(pathOf(context, to), utf8(`${JSON.stringify(documents.length === 1 ? documents[0] : documents, null, 2)}\n`), 0o600);
  return done({ removed: answers }, [...answers.map(({ receipt: document, isNew }) => removedText(parsed(document), isNew)), ...caution(answers.map(({ receipt: document }) => parsed(document)), context), ...(to === undefined ? ["The receipt: dsr ls --json has it, or --receipt FILE the next time."] : [`${to}: for the person who asked. It holds neither the key nor a token of it.`])].join("\n"));
}

function removedText({ id, at, rowsNow, purchasesNow, madeBefore }: Receipt, isNew: boolean): string {
  if (!isNew) return `${short(id)}  was removed before, at ${at}; the receipt is that of then`;
  const rows = rowsNow === null ? "the rows could not be counted now" : `${count(rowsNow)} ${rowsNow === 1 ? "row has" : "rows have"} this key now`;
  const bought = purchasesNow === null ? "" : `, ${counted(purchasesNow, "purchase")}`;
  return `${short(id)}  removed; ${rows}${bought}; ${counted(madeBefore.length, "session")} had used this node's rows before, and ${madeBefore.length === 1 ? "is" : "are"} marked`;
}

/** Each thing once that whoever removes people must know. */
function caution(all: readonly Receipt[], { paint }: Context): readonly string[] {
  const warnings = [...new Set(all.flatMap(({ warnings: said }) => said))];
  const absent = all.filter(({ rowsNow }) => rowsNow === 0).length;
  return [
    "",
    ...(absent === 0 ? [] : [paint.warn(`${count(absent)} of the keys stand in no row now: check how the feed writes them. The tombstones stay, for rows to come.`)]),
    ...warnings.map((warning) => paint.warn(warning)),
    "Your own files and databases were not changed: remove the person there as well.",
  ];
}

function keysOf(context: Context, options: Options): readonly string[] {
  const [key, file] = [textOption(options, "key"), textOption(options, "file")];
  if ((key === undefined) === (file === undefined)) throw usage("it is not said who is to be removed", key === undefined ? "neither --key nor --file is given" : "--key and --file are given", "give one of them");
  if (file === undefined) return [key ?? ""];
  const bytes = fileBytes(pathOf(context, file));
  if (bytes === null) throw usage("there is no such file", file, "name a text file with one key a line");
  const keys = new TextDecoder().decode(bytes).replace(/^\ufeff/, "").split(/\r?\n/).filter((line) => line !== "");
  if (keys.length === 0) throw usage("the file has no keys", file, "write one key a line");
  return keys;
}

async function list({ folder, paint }: Context): Promise<Outcome> {
  const answer = await adminOfRole(folder, "node", "dsr ls").get("/v1/deletions", receipts);
  const rows = answer.receipts.map(parsed).map(({ id, at, keyColumn, rowsNow, purchasesNow, madeBefore }) => [
    short(id), at.slice(0, 19).replace("T", " "), keyColumn, rowsNow === null ? "—" : count(rowsNow), purchasesNow === null ? "—" : count(purchasesNow), count(madeBefore.length),
  ]);
  const columns = [{ head: "receipt" }, { head: "removed (UTC)" }, { head: "by column" }, { head: "rows then", right: true }, { head: "purchases then", right: true }, { head: "sessions before", right: true }];
  return done(answer, table(columns, rows, { paint, empty: "Nobody was removed at this node." }));
}

/** Several receipts in one file are verified together; the first that does not hold is named. */
function verify(context: Context, path: string, options: Options): Outcome {
  const whole = documentsIn(context, path);
  const verdicts = whole.map((document) => {
    const [id, party] = [textIn(document, "id"), textIn(document, "party")];
    const verdict = checkDocument(document, "deletion-receipt", partyKey(context, textOption(options, "keyOf"), party));
    return { id: plainLine(id), party: plainLine(party), verified: verdict.kind === "good", because: verdict.kind === "good" ? null : verdict.because };
  });
  const bad = verdicts.find(({ verified }) => !verified);
  const { paint } = context;
  if (bad !== undefined) return { json: { verified: false, receipts: verdicts }, text: `${paint.bad("Not verified:")} receipt ${short(bad.id)}: ${bad.because ?? ""}.`, exit: 6 };
  return { json: { verified: true, receipts: verdicts }, text: whole.map((document) => goodText(parsed(document), context)).join("\n\n"), exit: 0 };
}

function goodText({ id, party, at, keyColumn, done: said, notDone, warnings, madeBefore }: Receipt, { paint }: Context): string {
  return [
    `${paint.good("Verified:")} ${party} signed this receipt, and nothing in it was changed.`, "",
    facts([["receipt", id], ["removed", at], ["by column", keyColumn], ["sessions before", count(madeBefore.length)]]),
    "", "Done:", ...said.map((line) => `  ${line}`), "Not done:", ...notDone.map((line) => `  ${line}`), ...warnings.map((line) => paint.warn(line)),
  ].join("\n");
}

function textIn(document: Json, name: string): string {
  const text = memberOf(document, name);
  return typeof text === "string" ? text : "";
}

function documentsIn(context: Context, path: string): readonly Json[] {
  const bytes = fileBytes(pathOf(context, path));
  if (bytes === null) throw usage("there is no such file", path, "name a receipt, as dsr delete --receipt wrote it");
  const json = parseJson(bytes, path);
  return Array.isArray(json) ? json.map((one: Json) => one) : [json];
}

function parseJson(bytes: Uint8Array, path: string): Json {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as Json;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new Refusal({ code: "VERIFY_RECEIPT", title: "this is no receipt", detail: `${path} is not JSON`, fix: "ask for the receipt again" });
  }
}

/** What the node answers is of this version; what a file holds was verified before it is shown. */
function parsed(document: Json): Receipt {
  const read = receipt.safeParse(document);
  if (read.success) return read.data;
  throw new Refusal({ code: "VERIFY_RECEIPT", title: "this is a receipt of another version", detail: read.error.issues.map(({ path }) => path.join(".")).join(", "), fix: "use the version of the node that signed it" });
}

function usage(title: string, detail: string, fix: string): Refusal {
  return new Refusal({ code: "USAGE_KEYS", title, detail, fix });
}
