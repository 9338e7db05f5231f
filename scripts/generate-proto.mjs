// Lints the .proto files and rewrites protocol/src/gen/ from them. buf finds its plugin, and the plugin its Node, on the PATH only.
import { spawnSync } from "node:child_process";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const BIN = join(ROOT, "node_modules", ".bin");
const env = { ...process.env, PATH: [dirname(process.execPath), BIN, process.env.PATH].join(delimiter) };

for (const args of [["lint"], ["generate", "--clean"]]) {
  const { status, error } = spawnSync(process.execPath, [join(BIN, "buf"), ...args], { cwd: join(ROOT, "protocol"), env, stdio: "inherit" });
  if (error !== undefined) throw error;
  if (status !== 0) process.exit(status ?? 1);
}
