// The arrows: who may know whom. A picture of them stands in ARCHITECTURE.md; what is not allowed here fails `npm run check`.

const SRC = "^(crypto|protocol|coordinator|node|cli|examples|bench)/src/";
/** What a shell or another process starts. */
const PROGRAM = "(/main|-child|-worker)[.]ts$";
const PURE = "^protocol/src/(?!host/)";

/** Everything outside `from` may be imported only where `to` allows it. */
const only = (name, from, to, comment) => ({ name, severity: "error", comment, from: { path: from }, to: { path: SRC, pathNot: to } });

/** A library that few files may know, so that a breaking release is a small change and an audit a short read. */
const door = (library, files) => ({
  name: `door-${library.replace(/[@/]/g, "-").replace(/^-/, "")}`,
  severity: "error",
  comment: `${library} has ${files.length === 1 ? "one door" : `${files.length} doors`}: ${files.join(", ")}`,
  from: { path: SRC, pathNot: files.map((file) => `^${file}$`) },
  to: { path: [`node_modules/${library}/`, `^node:${library}$`, `^${library}$`] },
});

const WORKSPACES = [
  only("crypto-knows-nobody", "^crypto/src/", "^crypto/src/", "one party's arithmetic: no peers, no rounds"),
  only("pure-protocol-knows-crypto", PURE, ["^crypto/src/", PURE], "machines never wait, so they never meet what does"),
  only("host-knows-protocol", "^protocol/src/host/", ["^crypto/src/", "^protocol/src/"], "the host serves every process and knows none"),
  only("coordinator-knows-protocol", "^coordinator/src/", ["^(crypto|protocol|coordinator)/src/"], "what the coordinator cannot import it cannot see: rows stay with nodes"),
  only("node-knows-protocol", "^node/src/", ["^(crypto|protocol|node)/src/"], "a node meets a coordinator over the wire alone"),
  only("cli-knows-products", "^cli/src/", ["^(crypto|protocol|coordinator|node|cli)/src/"], "stories and measurements come after the product"),
  only("examples-stand-last", "^examples/src/", ["^(crypto|protocol|coordinator|node|cli|examples)/src/"], "a story needs no measurement"),
  only("bench-stands-last", "^bench/src/", ["^(crypto|protocol|coordinator|node|cli|bench)/src/"], "a measurement needs no story"),
  {
    name: "tests-stay-home", severity: "error",
    comment: "a workspace's tests see what the workspace sees; the coordinator's also run nodes end to end, foreign tools read what its store wrote, and scratch folders are made in one place",
    from: { path: "^(crypto|protocol|node)/test/", pathNot: "^protocol/test/interop/" },
    to: { path: "^(crypto|protocol|coordinator|node|cli|examples|bench)/", pathNot: ["^$1/", "^(crypto|protocol)/src/", "^protocol/test/host/scratch-folder[.]ts$"] },
  },
  { name: "no-test-in-source", severity: "error", comment: "a product ships without its tests", from: { path: SRC }, to: { path: "/test/" } },
];

const PROTOCOL = [
  only("session-at-the-bottom", "^protocol/src/session/", ["^(crypto/src|protocol/src/session)/", "^protocol/src/log/entry[.]ts$"], "names, times, faults and the form of a machine; what happens to one may be an entry of the log"),
  only("log-at-the-bottom", "^protocol/src/log/", "^(crypto/src|protocol/src/log)/", "an auditor verifies with the log alone, in a browser too"),
  only("budget-above-session", "^protocol/src/budget/", "^(crypto/src|protocol/src/(session|budget))/", "what an answer costs does not depend on how it is computed"),
  only("charter-below-protocols", "^protocol/src/charter/", ["^(crypto/src|protocol/src/(session|charter))/", "^protocol/src/log/note[.]ts$", "^protocol/src/budget/(concentrated|sampled-charge)[.]ts$"],
    "what companies sign says nothing of how it is done, but knows how a log names its key and what (ε, δ) buys"),
  only("columns-know-charters", "^protocol/src/columns/", "^(crypto/src|protocol/src/(session|charter|columns))/", "what a company states of its columns and rows is held to the charter"),
  only("aggregation-above-session", "^protocol/src/aggregation/", "^(crypto/src|protocol/src/(session|log|aggregation))/", "a sum does not know what is summed"),
  only("training-above-charters", "^protocol/src/training/", "^(crypto/src|protocol/src/(session|log|charter|columns|training))/", "a machine never meets the wire or the host, nor how its sums are hidden"),
  only("statistics-above-charters", "^protocol/src/statistics/", "^(crypto/src|protocol/src/(session|charter|budget|statistics))/|^protocol/src/training/(layout-parts|intervals)[.]ts$",
    "an answer shares layouts and intervals with trainings, and nothing else"),
  only("conduct-above-kinds", "^protocol/src/conduct/", "^(crypto/src|protocol/src/(session|log|budget|charter|columns|aggregation|training|statistics|conduct))/", "who conducts, takes part and audits knows every kind of question"),
  only("wire-above-machines", "^protocol/src/wire/", "^(crypto/src|protocol/src/(session|charter|log|aggregation|conduct|wire|gen))/", "the wire turns bytes into events and back"),
  only("testing-above-machines", "^protocol/src/testing/", "^(crypto/src|protocol/src/(session|charter|log|aggregation|training|statistics|conduct|testing))/", "the seeded world runs machines without a wire"),
  { name: "testing-is-for-tests", severity: "error", comment: "the seeded world ships, but no product runs on it", from: { path: SRC, pathNot: "^protocol/src/testing/|^bench/src/" }, to: { path: "^protocol/src/testing/" } },
  only("generated-knows-itself", "^protocol/src/gen/", "^protocol/src/gen/", "written by ts-proto"),
  { name: "only-wire-imports-gen", severity: "error", comment: "past the wire nobody meets an unchecked length", from: { path: SRC, pathNot: "^protocol/src/(wire|gen)/" }, to: { path: "^protocol/src/gen/" } },
];

/** From the ground up: a room of the node knows those before it, and none after. What is not listed, nobody may import. */
const NODE_ROOMS = [
  "settings", "log", "data", "rows", "store", "learning", "statistics", "budget", "egress", "membership", "sessions", "node", "deletion", "evidence", "desks", "canary", "database", "start",
];
const NODE = [
  ...NODE_ROOMS.map((room, i) => only(`node-${room}-in-its-place`, `^node/src/${room}(/|[.]ts$)`, ["^(crypto|protocol)/src/", `^node/src/(${NODE_ROOMS.slice(0, i + 1).join("|")})(/|[.]ts$)`],
    "settings and rows at the bottom; one way out; sessions use it; desks stand above the node that they serve")),
  only("sql-knows-no-feed", "^node/src/data/sql/", ["^(crypto|protocol)/src/", "^node/src/data/(sql/|decimal[.]ts$)"], "the engine does not know where rows come from, nor what is asked of them"),
  only("contracts-below-the-gate", "^node/src/data/contract/", ["^(crypto|protocol)/src/", "^node/src/data/(contract/|sql/|decimal[.]ts$)"], "a contract says what rows must be; the gate holds them to it"),
  only("kinds-below-their-switch", "^node/src/learning/(trees|network)/", ["^(crypto|protocol)/src/", "^node/src/(data|rows)/", "^node/src/learning/(trees|network)/", "^node/src/learning/(logistic|noisy-logistic|score-histogram|word-counts)[.]ts$"],
    "who tells kinds of models apart stands above them"),
];

const PLATFORM = [
  {
    name: "pure-code-off-the-platform", severity: "error", comment: "bytes, time and entropy are arguments; what OpenSSL does for us is in crypto/src/openssl.ts",
    from: { path: ["^crypto/src/", PURE], pathNot: "^crypto/src/openssl[.]ts$" }, to: { dependencyTypes: ["core"] },
  },
  { name: "openssl-is-crypto-alone", severity: "error", comment: "the door to node:crypto opens nothing else", from: { path: "^crypto/src/openssl[.]ts$" }, to: { dependencyTypes: ["core"], pathNot: "^(node:)?crypto$" } },
  door("sqlite", ["protocol/src/host/sqlite.ts"]),
  door("express", ["protocol/src/host/http-app.ts"]),
  door("pino", ["protocol/src/host/logger.ts"]),
  door("prom-client", ["protocol/src/host/metrics.ts"]),
  door("yaml", ["protocol/src/host/config-file.ts", "protocol/src/host/plain-yaml.ts", "protocol/src/host/charter-draft.ts"]),
  door("@peculiar/x509", ["protocol/src/host/certificates.ts"]),
  door("reflect-metadata", ["protocol/src/host/certificates.ts"]),
  door("@grpc/grpc-js", ["protocol/src/host/exchange-server.ts", "protocol/src/host/exchange-client.ts", "protocol/src/host/exchange-method.ts"]),
  door("@duckdb/node-api", ["node/src/data/sql/duckdb.ts", "node/src/data/sql/answer-of.ts"]),
  door("pg", ["node/src/data/feeds/postgres.ts"]),
  door("mysql2", ["node/src/data/feeds/mysql.ts"]),
  door("@tensorflow/", ["node/src/learning/network/tensors.ts"]),
  door("@noble/post-quantum", ["crypto/src/agreement.ts"]),
  door("node-seal", ["crypto/src/seal.ts"]),
  door("canonicalize", ["crypto/src/canonical-json.ts"]),
  door("commander", ["cli/src/start/program.ts", "cli/src/start/run.ts"]),
];

const HYGIENE = [
  { name: "no-cycles", severity: "error", comment: "types included", from: {}, to: { circular: true } },
  { name: "no-circles-of-rooms", severity: "error", scope: "folder", comment: "the command line's folders have an order too", from: { path: "^cli/src/" }, to: { circular: true } },
  { name: "resolves", severity: "error", comment: "an import that leads nowhere", from: {}, to: { couldNotResolve: true } },
  { name: "declared", severity: "error", comment: "a library that package.json does not name may vanish with the next lock file", from: { path: SRC }, to: { dependencyTypes: ["npm-no-pkg", "npm-unknown", "npm-dev"] } },
  {
    name: "no-dead-files", severity: "error", comment: "a source that neither a main nor a test reaches: delete it",
    from: { path: ["[.]test[.]ts$", PROGRAM] }, to: { path: SRC, pathNot: ["^protocol/src/gen/", PROGRAM], reachable: false },
  },
];

export default {
  forbidden: [...WORKSPACES, ...PROTOCOL, ...NODE, ...PLATFORM, ...HYGIENE],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^[a-z]+/dist/" },
    tsPreCompilationDeps: "specify",
    tsConfig: { fileName: "tsconfig.lint.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "default", "types"], extensions: [".ts", ".js", ".mjs", ".json"] },
  },
};
