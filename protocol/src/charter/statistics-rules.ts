import type { StatisticsClause } from "./statistics-clause.js";
import { pointer, type Problem } from "./clauses.js";
import { openProblems } from "./open-rules.js";
import { columnProblems } from "./recipe-rules.js";
import type { Sections } from "./shape.js";
import { sourceOf } from "./recipe-lowering.js";
import { repeats } from "../session/repeats.js";

/** What must hold of statistics: of their columns the same as of a training's. */
export function statisticsProblems({ statistics, rows, parties, privacy }: Sections): readonly Problem[] {
  if (statistics === undefined) return [];
  const at = pointer("statistics");
  const rowsMax = rows === undefined || parties === undefined ? Infinity : rows.perPartyMax * parties.length;
  return [
    ...kinds(statistics, at), ...columnProblems(statistics, at), ...cellRows(statistics, rowsMax, at), ...consent(statistics, at),
    ...openProblems(statistics, privacy, at),
  ];
}

function kinds({ kinds: listed }: StatisticsClause, at: string): readonly Problem[] {
  return repeats(listed).map((i) => ({
    clause: "statistics.kinds", path: at + pointer("kinds", i), says: `"${listed[i] ?? ""}" is listed twice`, fix: "remove one of the two",
  }));
}

function cellRows({ cellRows: least }: StatisticsClause, rowsMax: number, at: string): readonly Problem[] {
  if (least <= rowsMax) return [];
  return [{ clause: "statistics.cell-rows", path: at + pointer("cellRows"), says: "every cell would be withheld", fix: `write ${rowsMax} or less` }];
}

function consent({ consent: asked, features, transactions }: StatisticsClause, at: string): readonly Problem[] {
  if (asked === undefined) return [];
  const { column, granted } = asked;
  const path = at + pointer("consent", "column");
  const window = transactions?.windows.some(({ name }) => name === column) === true;
  const isKey = transactions?.key === column;
  const isNumber = features.map(sourceOf).some((source) => source.column === column && source.holds === "number");
  return [
    ...(window || isKey || isNumber ? [{
      clause: "statistics.consent", path, says: `"${column}" is ${window ? "a window over purchases" : isKey ? "the column that joins two feeds" : "a column of numbers"}`,
      fix: "write the column of words that says who agreed",
    } as const] : []),
    ...repeats(granted).map((i): Problem => ({
      clause: "statistics.consent", path: at + pointer("consent", "granted", i), says: `"${granted[i] ?? ""}" is listed twice`, fix: "remove one of the two",
    })),
  ];
}
