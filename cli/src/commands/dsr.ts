import type { Json } from "@cohortium/crypto/canonical-json";
import { memberOf } from "@cohortium/crypto/json-member";
import { Refusal } from "@cohortium/protocol/host/refusal";
import { checkDocument } from "@cohortium/protocol/session/signed-document";
import { receipt, receipts, removed, type Receipt } from "../answers/deletions.js";
import { fileBytes } from "../files/file-bytes.js";
import { partyKey } from "../files/party-key.js";
import { receiptPlaces, writeReceipts, type ReceiptPlaces } from "../files/receipts-out.js";
import { adminOfRole } from "../found/place.js";
import { count, counted, short } from "../text/amounts.js";
import { plainLine } from "../text/plain.js";
import { facts, table } from "../text/table.js";
import { confirm, given, pathOf, textOption, type CommandGroup, type Context, type Options } from "../world/context.js";
import { done, type Outcome } from "../world/outcome.js";

/** What a person may ask of a company that holds rows about her. */
export const DSR: CommandGroup = {
  name: "dsr",
  says: "requests of people whose rows this company holds: removal, and the receipt of it (partner)",
  commands: [
    {
      usage: "delete", says: "remove a person at this node: from now on her rows take no part in anything, and you get a signed receipt", example: "--folder ./harbour dsr delete --file removed.txt --receipt receipt.json",
      options: [
        ["--key <value>", "the person's value in the key column; the shell may keep it in its history, a file does not"], ["--file <file>", "keys of several people, one a line"],
        ["--receipt <path>", "write the receipt into this file; of several people, each person's into a file of its own in this folder"],
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
  const places = to === undefined ? [] : receiptPlaces(pathOf(context, to), keys.map(({ line }) => line));
  await confirm(context, `Remove ${keys.length === 1 ? "this person" : `these ${count(keys.length)} people`} at this node, for good?`);
  const answers: { readonly receipt: Json; readonly isNew: boolean }[] = [];
  for (let from = 0; from < keys.length; from += BATCH) {
    context.progress.now(`counts the rows and writes tombstones${keys.length > BATCH ? `, ${count(from)} of ${count(keys.length)} people done` : ""} …`);
    answers.push(...(await admin.post("/v1/deletions", { keys: keys.slice(from, from + BATCH).map(({ key }) => key) }, removed)).removed);
  }
  context.progress.clear();
  const documents = answers.map(({ receipt: document }) => document);
  writeReceipts(places, documents);
  return done({ removed: answers, receipts: places }, [
    ...answers.map(({ receipt: document, isNew }) => removedText(parsed(document), isNew)), ...caution(documents.map(parsed), context), ...writtenText(places),
  ].join("\n"));
}

/** A receipt is its person's: two in one file would tell each of the other. */
function writtenText(places: ReceiptPlaces): readonly string[] {
  const [only = "", ...more] = places;
  if (places.length === 0) return ["The receipt: dsr ls --json has it, or --receipt FILE the next time."];
  if (more.length === 0) return [`${only}: for the person who asked. It holds neither the key nor a token of it.`];
  return [`${only} and ${count(more.length)} more beside it, each named by the line of its key: for the persons who asked. They hold neither keys nor tokens of them.`];
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

/** A person's key, and on which line of the file of keys it stands; null if it was typed. */
interface AskedKey {
  readonly key: string;
  readonly line: number | null;
}

/** Each key once, by its first line. */
function keysOf(context: Context, options: Options): readonly AskedKey[] {
  const [key, file] = [textOption(options, "key"), textOption(options, "file")];
  if ((key === undefined) === (file === undefined)) throw usage("it is not said who is to be removed", key === undefined ? "neither --key nor --file is given" : "--key and --file are given", "give one of them");
  if (file === undefined) return [{ key: key ?? "", line: null }];
  const bytes = fileBytes(pathOf(context, file));
  if (bytes === null) throw usage("there is no such file", file, "name a text file with one key a line");
  const lineOf = new Map<string, number>();
  for (const [i, text] of new TextDecoder().decode(bytes).replace(/^\ufeff/, "").split(/\r?\n/).entries()) if (text !== "" && !lineOf.has(text)) lineOf.set(text, i + 1);
  if (lineOf.size === 0) throw usage("the file has no keys", file, "write one key a line");
  return [...lineOf].map(([one, line]) => ({ key: one, line }));
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
