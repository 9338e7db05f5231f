/** What is wrong with this version of Node, or null. `node:sqlite` and stable `using` decide what is old. */
export function nodeVersionProblem(version: string): string | null {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if ((major === 22 && minor >= 19) || (major === 24 && minor >= 15) || major > 24) return null;
  return `Node ${version} cannot run cohortium: 22.19 or newer of 22, 24.15 or newer of 24, or anything above is needed`;
}
