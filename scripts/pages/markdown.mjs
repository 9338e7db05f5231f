/** A Markdown table with a final newline; bars inside cells are escaped. */
export function table(head, rows) {
  const line = (cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n") + "\n";
}

/** The paragraphs of a doc comment without its stars, one space between words. */
export function paragraphsOf(comment) {
  const text = comment.replace(/^\s*\/\*\*|\*\/\s*$/g, "").replace(/^\s*\*( |$)/gm, "");
  return text.split(/\n\s*\n/).map((paragraph) => paragraph.replace(/\s+/g, " ").trim()).filter((paragraph) => paragraph !== "");
}
