/** The stages of a Dockerfile: `{ from, name, steps }`, each step a `{ word, rest }`. Continued lines are joined, comments left out. */
export function readDockerfile(text) {
  const lines = text.replace(/\\\n/g, " ").split("\n").map((line) => line.trim()).filter((line) => line !== "" && !line.startsWith("#"));
  const stages = [];
  for (const line of lines) {
    const [, word = "", rest = ""] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
    const stage = /^(\S+)(?: AS (\S+))?$/i.exec(rest);
    if (word === "FROM" && stage !== null) stages.push({ from: stage[1], name: stage[2] ?? "", steps: [] });
    else stages.at(-1)?.steps.push({ word, rest });
  }
  return stages;
}
