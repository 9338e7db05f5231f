import { Refusal } from "@cohortium/protocol/host/refusal";
import { egress } from "../answers/egress.js";
import { egressQuery, type EgressWanted } from "../found/egress-query.js";
import { adminOfRole } from "../found/place.js";
import { logEntryText, privacyText } from "../show/egress.js";
import { bytes, count, instant, short } from "../text/amounts.js";
import { table } from "../text/table.js";
import { given, textOption, type CommandGroup, type Context, type Options } from "../world/context.js";
import { done, type Outcome } from "../world/outcome.js";
import { canary } from "./egress-canary.js";
import { decode } from "./egress-decode.js";
import { diff } from "./egress-diff.js";

/** What left this node. */
export const EGRESS: CommandGroup = {
  name: "egress",
  says: "every letter and vector that ever left this node (partner)",
  commands: [
    {
      usage: "show", says: "when, to whom, how many bytes, what they say in plain words, what they cost, and where the log has them", example: "--folder ./harbour egress show --round 3",
      options: [
        ["--session <session>", "only of this training or question"], ["--round <number>", "only of this round"],
        ["--from <day>", "from this day or instant on, in UTC, such as 2026-11-01"], ["--to <day>", "until this day, with it; or until this instant, without it"],
      ],
      run: (context, _, options) => show(context, options),
    },
    {
      usage: "diff <a> <b>", says: "what left in one session or round and not in the other, and the bytes of each kind", example: "--folder ./harbour egress diff 5e5e 77aa",
      options: [["--session <session>", "then a and b are rounds of this training or question; otherwise they are trainings or questions, or rounds such as 5e5e/3"]],
      run: (context, args, options) => diff(context, [given(args, 0), given(args, 1)], options),
    },
    {
      usage: "decode <line>", says: "the exact bytes of one line, and what each field says; they are held to the line's digest", example: "--folder ./harbour egress decode 12 --out letter.bin",
      options: [
        ["--out <file>", "write the bytes into a file, as they left unless --form says otherwise"], ["--form <form>", "print or write all of them as hex or base64"],
        ["--bytes <file>", "bytes from elsewhere, such as an upload that the coordinator publishes, held to the line's digest"],
      ],
      run: (context, args, options) => decode(context, given(args, 0), options),
    },
    {
      usage: "canary", says: "a rehearsal with marked rows, on this machine alone, and a search for them in every byte that leaves", example: "--folder ./harbour egress canary --prove",
      options: [
        ["--prove", "also send marked values on purpose, through an egress weakened in the rehearsal alone, to see that the search finds them"],
        ["--charter <charter>", "which charter is rehearsed: the beginning of its digest, or a file"],
        ["--rows <number>", "how many rows of the feed are copied at most, evenly over it", "20000"], ["--marked <number>", "how many marked rows are added", "20"],
      ],
      run: (context, _, options) => canary(context, options),
    },
  ],
};

const COLUMNS = [
  { head: "n", right: true }, { head: "when (UTC)" }, { head: "to" }, { head: "session" }, { head: "round", right: true }, { head: "kind" }, { head: "bytes", right: true },
  { head: "meaning" }, { head: "privacy", right: true }, { head: "digest" }, { head: "log entry" },
];

async function show({ folder, paint }: Context, options: Options): Promise<Outcome> {
  const admin = adminOfRole(folder, "node", "egress show");
  const wanted = wantedIn(options);
  const answer = await admin.get(await egressQuery(admin, wanted), egress);
  const empty = Object.values(wanted).every((one) => one === undefined) ? "Nothing has left this node." : "Nothing that has left this node is of what was asked for.";
  const rows = answer.lines.map((line) => [
    String(line.n), instant(line.atMs), line.recipient, short(line.session), String(line.round), line.kind, count(line.bytes), line.meaning,
    privacyText(line.nanoRho), short(line.digest), logEntryText(line),
  ]);
  const { messages, bytes: sizeBytes } = answer.totals;
  const spent = answer.lines.reduce((sum, { nanoRho }) => sum + (nanoRho ?? 0), 0);
  const cost = spent === 0 ? "" : `; ${privacyText(spent)} of privacy spent`;
  const total = rows.length === 0 ? "" : `\n\n${count(messages)} ${messages === 1 ? "message" : "messages"}, ${bytes(sizeBytes)} in all${cost}.`;
  const unknown = answer.lines.some(({ entry, logEntry }) => entry !== null && logEntry === null)
    ? `\n${paint.dim("A number in the log is known where a message showed it back; elsewhere the entry's digest stands: audit finds it by that.")}` : "";
  return done(answer, `${table(COLUMNS, rows, { paint, empty })}${total}${unknown}`);
}

function wantedIn(options: Options): EgressWanted {
  const round = textOption(options, "round");
  if (round !== undefined && !/^\d{1,9}$/.test(round)) throw new Refusal({ code: "USAGE_ROUND", title: "--round is a number", detail: `"${round}" is none`, fix: "write a round's number, such as --round 3; without it all rounds are shown" });
  return { session: textOption(options, "session"), round, from: textOption(options, "from"), to: textOption(options, "to") };
}
