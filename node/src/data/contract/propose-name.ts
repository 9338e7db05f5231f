import { endsInUnit, isReserved, snakeCase } from "./naming.js";
import type { ContractType } from "./odcs-form.js";

interface About {
  readonly type: ContractType | null;
  readonly unit: string | null;
  /** Names that are given already. */
  readonly taken: ReadonlySet<string>;
}

/** A name that the lint has nothing against, as near to the source's own as it can be. */
export function proposedName(source: string, { type, unit, taken }: About): string {
  const plain = snakeCase(source);
  const said = unit === null || endsInUnit(plain, unit) ? ofType(plain, type) : `${plain}_${snakeCase(unit)}`;
  const free = isReserved(said) ? `${said}_value` : said;
  const candidates = [free, ...Array.from({ length: taken.size + 1 }, (_, i) => `${free}_${i + 2}`)];
  return candidates.find((name) => !taken.has(name)) ?? free;
}

function ofType(name: string, type: ContractType | null): string {
  switch (type) {
    case "timestamp": return /_at$/.test(name) ? name : `${name.replace(/_?(?:datetime|timestamp|date|time|ts)$/, "") || "happened"}_at`;
    case "date": return /_(?:on|date)$/.test(name) ? name : `${name === "date" ? "happened" : name}_on`;
    case "boolean": return /^(?:is|has)_/.test(name) ? name : `is_${name}`;
    case "string": case "integer": case "number": case null: return name;
  }
}
