import { join } from "node:path";

/**
 * An esbuild plugin that reads `@cohortium/*` from the sources, as the compiler's references and jest do, so that nothing has to be built.
 * With `browser`, the stand-ins of `crypto/src/browser` replace what they stand in for, as crypto's package.json says.
 */
export function fromSources(root, { browser = false } = {}) {
  const standIns = browser ? ["hash", "signing"] : [];
  const standIn = (name) => join(root, "crypto/src/browser", `${name}.ts`);
  return {
    name: "from-sources",
    setup(build) {
      build.onResolve({ filter: /^@cohortium\// }, ({ path }) => {
        const [, workspace, ...rest] = path.split("/");
        const file = rest.join("/");
        return { path: workspace === "crypto" && standIns.includes(file) ? standIn(file) : join(root, workspace, "src", `${file}.ts`) };
      });
      build.onResolve({ filter: /^\.\/(?:hash|signing)\.js$/ }, ({ path, resolveDir }) => {
        const name = path.slice(2, -3);
        return resolveDir === join(root, "crypto/src") && standIns.includes(name) ? { path: standIn(name) } : undefined;
      });
    },
  };
}
