import { z } from "zod";
import { parseConfigText, type ConfigText } from "./config-file.js";
import { isTree, keysAt, namesSecret, nearest, nearestKey, readText, schemaOf, unknownKeys } from "./config-keys.js";
import { Refusal } from "./refusal.js";
import { issueWords } from "../session/issue-words.js";

/** One flag of the command line: `name` as typed, `key` the dotted setting it stands for. */
export interface Flag {
  readonly name: string;
  readonly key: string;
  readonly text: string;
}

/** Everything a configuration may come from, in rising order of rank: defaults of the schema, file, environment, flags. */
export interface ConfigSources {
  readonly file: ConfigText | null;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly flags: readonly Flag[];
}

export type Origin =
  | { readonly kind: "default" }
  | { readonly kind: "file"; readonly path: string; readonly line: number }
  | { readonly kind: "environment"; readonly name: string }
  | { readonly kind: "flag"; readonly name: string };

export interface LoadedConfig<T> {
  readonly values: T;
  /** By dotted key, for every key somebody set. */
  readonly origins: ReadonlyMap<string, Origin>;
}

export const ENVIRONMENT_PREFIX = "COHORTIUM__";

/**
 * Settles a configuration. `COHORTIUM__SERVER__LISTEN_PORT` sets `server.listenPort`; lists are comma-separated or JSON.
 *
 * Secrets come from the environment or from a file named by a `…File` key, never from YAML (which is committed) or flags (which `ps` shows).
 * @throws Refusal CONFIG_INVALID with every problem at once and where each came from. Values are not repeated: they may be secrets.
 */
export function loadConfig<S extends z.ZodObject>(schema: S, sources: ConfigSources): LoadedConfig<z.output<S>> {
  const layers = [fromFile(schema, sources.file), fromEnvironment(schema, sources.environment), fromFlags(schema, sources.flags)];
  const problems = layers.flatMap((layer) => layer.problems);
  const tree = layers.flatMap((layer) => layer.settings).reduce((merged, { path, value }) => withValue(merged, path, value), {});
  const origins = new Map(layers.flatMap((layer) => layer.origins));

  const parsed = schema.safeParse(tree);
  if (!parsed.success) problems.push(...parsed.error.issues.map((issue) => describeIssue(issue, tree, origins)));
  if (problems.length > 0) throw invalid(problems);
  if (!parsed.success) throw new Error("unreachable: a failed parse has at least one issue");
  return { values: parsed.data, origins };
}

/** What a key is set to, and by whom. A secret is shown as `[secret]`. @throws Refusal CONFIG_KEY if there is no such key. */
export function explainConfig(loaded: LoadedConfig<unknown>, key: string): { readonly value: unknown; readonly origin: Origin } {
  let value: unknown = loaded.values;
  for (const step of key.split(".")) {
    if (!isTree(value) || !Object.hasOwn(value, step)) {
      const near = isTree(value) ? nearest(step, Object.keys(value)) : null;
      throw new Refusal({ code: "CONFIG_KEY", title: "no such setting", detail: didYouMean(`${key} is not set and has no default`, near) });
    }
    value = value[step];
  }
  return { value: namesSecret(key) ? "[secret]" : value, origin: setterOf(key, loaded.origins) };
}

/** `cohortium.yaml:12`, `COHORTIUM__SERVER__PORT`, `--port` or `default`. */
export function describeOrigin(origin: Origin): string {
  switch (origin.kind) {
    case "default": return "default";
    case "file": return `${origin.path}:${origin.line}`;
    case "environment": return origin.name;
    case "flag": return origin.name;
  }
}

/** JSON Schema (2020-12) of the file, for the `# yaml-language-server: $schema=` line; unknown keys are errors there too. */
export function configJsonSchema(schema: z.ZodObject, title: string): Readonly<Record<string, unknown>> {
  const document = z.toJSONSchema(schema, {
    io: "input",
    override: ({ zodSchema, jsonSchema }) => {
      if (keysAt(zodSchema).kind === "closed") jsonSchema.additionalProperties = false;
    },
  });
  return { ...document, title };
}

interface Layer {
  readonly settings: readonly { readonly path: readonly string[]; readonly value: unknown }[];
  readonly origins: readonly (readonly [string, Origin])[];
  readonly problems: readonly string[];
}

function fromFile(schema: z.ZodObject, text: ConfigText | null): Layer {
  if (text === null) return { settings: [], origins: [], problems: [] };
  const file = parseConfigText(text);
  const origins = [...file.lineOf].map(([key, line]) => [key, { kind: "file", path: file.path, line }] as const);
  const where = (key: string) => `${file.path}:${file.lineOf.get(key) ?? 1}`;
  if (!isTree(file.data)) return { settings: [], origins, problems: [`${file.path}:1: a mapping of settings expected`] };
  const secrets = [...file.lineOf.keys()].filter((key) => namesSecret(key));
  return {
    settings: Object.entries(file.data).map(([key, value]) => ({ path: [key], value })),
    origins,
    problems: [
      ...file.problems.map(({ line, message }) => `${file.path}:${line}: ${message}`),
      ...unknownKeys(schema, file.data).map((path) => {
        const near = nearestKey(schema, path.slice(0, -1), path.at(-1) ?? "");
        return didYouMean(`${where(path.join("."))}: unknown key ${path.join(".")}`, near);
      }),
      ...secrets.map((key) => `${where(key)}: ${key} is a secret and may not stand in YAML; set ${environmentName(key)}, or name a file in a …File key`),
    ],
  };
}

function fromEnvironment(schema: z.ZodObject, environment: ConfigSources["environment"]): Layer {
  const names = Object.keys(environment).filter((name) => name.startsWith(ENVIRONMENT_PREFIX)).toSorted();
  return collect(names.map((name) => {
    const found = resolveName(schema, name.slice(ENVIRONMENT_PREFIX.length).split("__"));
    if (found.kind === "unknown") {
      const near = found.near === null ? null : environmentName([...found.path, found.near].join("."));
      return { kind: "problem", message: didYouMean(`${name}: unknown key`, near) };
    }
    return { kind: "setting", path: found.path, value: readText(found.schema, environment[name] ?? ""), origin: { kind: "environment", name } };
  }));
}

function fromFlags(schema: z.ZodObject, flags: readonly Flag[]): Layer {
  return collect(flags.map(({ name, key, text }) => {
    if (namesSecret(key)) return { kind: "problem", message: `${name}: a secret on the command line is visible to every user; set ${environmentName(key)}` };
    const path = key.split(".");
    const found = path.reduce<z.core.$ZodType | null>((place, step) => (place === null ? null : schemaOf(place, step)), schema);
    if (found === null) return { kind: "problem", message: `${name}: unknown key ${key}` };
    return { kind: "setting", path, value: readText(found, text), origin: { kind: "flag", name } };
  }));
}

type Assignment =
  | { readonly kind: "problem"; readonly message: string }
  | { readonly kind: "setting"; readonly path: readonly string[]; readonly value: unknown; readonly origin: Origin };

function collect(assignments: readonly Assignment[]): Layer {
  const settings = assignments.flatMap((one) => (one.kind === "setting" ? [one] : []));
  return {
    settings,
    origins: settings.map(({ path, origin }) => [path.join("."), origin] as const),
    problems: assignments.flatMap((one) => (one.kind === "problem" ? [one.message] : [])),
  };
}

type Resolved =
  | { readonly kind: "known"; readonly path: readonly string[]; readonly schema: z.core.$ZodType }
  | { readonly kind: "unknown"; readonly path: readonly string[]; readonly near: string | null };

/** Environment names have no case, so `LISTEN_PORT` and `LISTENPORT` both stand for `listenPort`. */
function resolveName(schema: z.core.$ZodType, segments: readonly string[]): Resolved {
  let place = schema;
  const path: string[] = [];
  for (const segment of segments) {
    const keys = keysAt(place);
    const plain = segment.replaceAll("_", "").toLowerCase();
    const candidates = keys.kind === "closed" ? Object.keys(keys.fields) : keys.kind === "open" ? [segment.toLowerCase()] : [];
    const key = candidates.find((candidate) => candidate.toLowerCase() === plain || keys.kind === "open");
    const below = key === undefined ? null : schemaOf(place, key);
    if (key === undefined || below === null) return { kind: "unknown", path, near: nearest(plain, candidates) };
    path.push(key);
    place = below;
  }
  return { kind: "known", path, schema: place };
}

/** Sets one value without touching the tree it was given. */
function withValue(tree: unknown, path: readonly string[], value: unknown): Readonly<Record<string, unknown>> {
  const [head, ...rest] = path;
  const here = isTree(tree) ? tree : {};
  if (head === undefined) return isTree(value) ? value : here;
  return { ...here, [head]: rest.length === 0 ? value : withValue(Object.hasOwn(here, head) ? here[head] : {}, rest, value) };
}

function describeIssue(issue: z.core.$ZodIssue, tree: unknown, origins: ReadonlyMap<string, Origin>): string {
  const key = issue.path.map(String).join(".");
  const where = describeOrigin(originOf(key, origins));
  const given = issue.path.reduce<unknown>((at, step) => (typeof at === "object" && at !== null ? Reflect.get(at, step) : undefined), tree);
  return given === undefined
    ? `${where}: ${key} is required; set it in the file or as ${environmentName(key)}`
    : `${where}: ${key}: ${issueWords(issue)}`;
}

/** Who set this very key. A list or mapping given as one text sets what is in it; a mapping in the file sets only what it lists. */
function setterOf(key: string, origins: ReadonlyMap<string, Origin>): Origin {
  const origin = originOf(key, origins);
  return origin.kind === "file" && !origins.has(key) ? { kind: "default" } : origin;
}

/** Where to look for a key: its own place, or that of the nearest key around it. */
function originOf(key: string, origins: ReadonlyMap<string, Origin>): Origin {
  for (let at = key; at !== ""; at = at.slice(0, Math.max(at.lastIndexOf("."), 0))) {
    const origin = origins.get(at);
    if (origin !== undefined) return origin;
  }
  return { kind: "default" };
}

function environmentName(key: string): string {
  return ENVIRONMENT_PREFIX + key.split(".").map((step) => step.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toUpperCase()).join("__");
}

function didYouMean(message: string, near: string | null): string {
  return near === null ? message : `${message}; did you mean ${near}?`;
}

function invalid(problems: readonly string[]): Refusal {
  return new Refusal({ code: "CONFIG_INVALID", title: "the configuration cannot be used", detail: `\n  ${problems.join("\n  ")}`, fix: "correct the lines above" });
}
