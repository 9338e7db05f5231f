/** Text that is markup already. Made by `markup` alone, so that whatever a charter or a company wrote arrives as text. */
export class Markup {
  readonly text: string;
  constructor(text: string) { this.text = text; }
}

type Part = string | number | Markup | readonly Markup[];

/** A piece of HTML or SVG; what is put in is escaped, unless it is markup itself. */
export function markup(pieces: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(pieces.map((piece, i) => piece + textOf(parts[i] ?? "")).join(""));
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function textOf(part: Part): string {
  if (part instanceof Markup) return part.text;
  if (typeof part === "string" || typeof part === "number") return String(part).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
  return part.map(({ text }) => text).join("\n");
}
