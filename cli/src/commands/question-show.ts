import type { Json } from "@cohortium/crypto/canonical-json";
import { Refusal } from "@cohortium/protocol/host/refusal";
import { closest } from "@cohortium/protocol/session/suggestion";
import { QUERY_KINDS, type QueryKind } from "@cohortium/protocol/charter/statistics-clause";
import { charterAsked, type CharterAsked } from "../found/charter-asked.js";
import { adminOf, placeAt } from "../found/place.js";
import { CATALOGUE, MECHANISM, thresholdText } from "../question/catalogue.js";
import { isQueryKind, KIND_FIELDS } from "../question/fields.js";
import { plainLine } from "../text/plain.js";
import { facts, table } from "../text/table.js";
import { textOption, type Context, type Options } from "../world/context.js";
import { done, type Outcome } from "../world/outcome.js";

/** The catalogue, and which of it the charter allows; without a charter in force all of it, allowed or not. */
export async function listKinds(context: Context, options: Options): Promise<Outcome> {
  const { asked, because } = await charterLookedFor(context, options);
  const kinds = QUERY_KINDS.map((kind) => {
    const { answers, needs } = CATALOGUE[kind];
    return { kind, answers, needs, allowed: asked === null ? null : asked.statistics.kinds.includes(kind) };
  });
  const { paint } = context;
  const rows = kinds.map(({ kind, answers, needs, allowed }) => [kind, ...(allowed === null ? [] : [allowed ? paint.good("yes") : paint.bad("no")]), answers, needs]);
  const columns = [{ head: "question" }, ...(asked === null ? [] : [{ head: "allowed" }]), { head: "answers" }, { head: "needs" }];
  const under = asked === null ? because : `Under ${asked.charter.name}: ${columnsText(asked)}`;
  return done({ charter: asked?.digest ?? null, because, kinds }, `${table(columns, rows, { paint, empty: "" })}\n\n${under}`);
}

/** What one kind declares: inputs, sensitivity, bounds, threshold, mechanism, output. */
export async function showKind(context: Context, text: string, options: Options): Promise<Outcome> {
  const kind = kindNamed(text);
  const { asked } = await charterLookedFor(context, options);
  const { answers, needs, sensitivity, bounds, sums, output } = CATALOGUE[kind];
  const inputs = KIND_FIELDS[kind].map(({ fallback, optional = false, ...field }) => (
    { ...field, needed: fallback === undefined && !optional, fallback: fallback ?? null }
  ));
  const mechanism = asked === null ? `${MECHANISM.none}; or ${MECHANISM["discrete-gaussian"]}` : MECHANISM[asked.charter.privacy.mechanism];
  const threshold = thresholdText(asked?.statistics.cellRows ?? null);
  const rows = inputs.map(({ flag, needed, says, fallback }) => [flag, needed ? "needed" : fallbackText(fallback), says]);
  const said = [
    facts([["question", kind], ["answers", answers], ["needs", needs]]), "",
    table([{ head: "input" }, { head: "otherwise" }, { head: "what" }], rows, { paint: context.paint, empty: "" }), "",
    facts([["sensitivity", sensitivity], ["bounds", bounds], ["sums", sums], ["threshold", threshold], ["mechanism", mechanism], ["output", output]]), "",
    "What is protected is whether one row is there; a person who is in two companies' rows is two rows.",
  ].join("\n");
  return done({ kind, answers, needs, inputs, sensitivity, bounds, sums, threshold, mechanism, output }, said);
}

function fallbackText(fallback: Json): string {
  return fallback === null || (Array.isArray(fallback) && fallback.length === 0) ? "" : JSON.stringify(fallback);
}

/** What a charter lets one count by and add up. */
function columnsText({ statistics: { features, open = [] } }: CharterAsked): string {
  const names = (isMeasure: boolean) => features.filter(({ kind }) => (kind === "numeric" || kind === "log") === isMeasure).map(({ name }) => plainLine(name)).join(", ");
  return `dimensions ${names(false) || "none"}; measures ${names(true) || "none"}${open.length === 0 ? "" : `; words left open in ${open.map(({ name }) => plainLine(name)).join(", ")}`}.`;
}

/** `because` says why there is no charter; empty where there is one. */
interface LookedFor {
  readonly asked: CharterAsked | null;
  readonly because: string;
}

/** The catalogue can be read before there is a process or a charter. A process that does not answer is no reason to say that there is none. */
async function charterLookedFor({ folder }: Context, options: Options): Promise<LookedFor> {
  const named = textOption(options, "charter");
  try {
    return { asked: await charterAsked(adminOf(placeAt(folder)), named), because: "" };
  } catch (error) {
    const because = named === undefined && error instanceof Refusal ? ABSENCES[error.code] : undefined;
    if (because === undefined) throw error;
    return { asked: null, because };
  }
}

const ABSENCES: Readonly<Record<string, string>> = {
  CONFIG_FOLDER: "What a charter allows of it was not asked: no process of ours lives in this folder. Name one with --folder.",
  USAGE_NOTHING: "No charter in force here allows statistics.",
};

function kindNamed(text: string): QueryKind {
  if (isQueryKind(text)) return text;
  const near = closest(text, QUERY_KINDS);
  const detail = `there is no kind "${text.slice(0, 40)}"${near === undefined ? "" : `; did you mean ${near}?`}`;
  throw new Refusal({ code: "USAGE_QUESTION", title: "no such question", detail, fix: `choose among: ${QUERY_KINDS.join(", ")}` });
}
