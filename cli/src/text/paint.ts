/** Colours, where there is somebody to see them. */
export interface Paint {
  bold(text: string): string;
  dim(text: string): string;
  good(text: string): string;
  bad(text: string): string;
  warn(text: string): string;
}

/** no-color.org: set and not empty switches colours off, whatever its value. */
export function paintFor(isTerminal: boolean, noColorOption: boolean, environment: Readonly<Record<string, string | undefined>>): Paint {
  const isPlain = !isTerminal || noColorOption || (environment["NO_COLOR"] ?? "") !== "" || environment["TERM"] === "dumb";
  const within = (code: number) => (text: string) => (isPlain || text === "" ? text : `\u001b[${code}m${text}\u001b[0m`);
  return { bold: within(1), dim: within(2), good: within(32), bad: within(31), warn: within(33) };
}
