import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { initCoordinator } from "@cohortium/coordinator/init";
import type { TrainingView } from "@cohortium/coordinator/training-view";
import type { Json } from "@cohortium/crypto/canonical-json";
import { enrollNode } from "@cohortium/node/settings/enroll";
import { initNode } from "@cohortium/node/settings/init";
import { z } from "zod";
import { freePorts, LocalProcess } from "./processes.js";

/** A partner of a consortium on this machine. Files are absolute paths. */
export interface LocalPartner {
  readonly name: string;
  readonly rows: string;
  readonly holdout: string | null;
}

/** What happens on the way, for whoever wants to tell a person. */
export interface Steps {
  enrolled(party: string, words: string, logEntry: number): void;
}

/** A coordinator and its nodes on this machine: separate processes, folders, keys and data, talking over mutual TLS on loopback. */
export class LocalConsortium {
  readonly coordinator: LocalProcess;
  readonly nodes: readonly LocalProcess[];
  readonly #partners: readonly LocalPartner[];

  private constructor(coordinator: LocalProcess, nodes: readonly LocalProcess[], partners: readonly LocalPartner[]) {
    this.coordinator = coordinator;
    this.nodes = nodes;
    this.#partners = partners;
  }

  /** Makes the folders and starts the coordinator. */
  static async found(folder: string, consortium: string, partners: readonly LocalPartner[]): Promise<LocalConsortium> {
    const [exchangePort = 0, enrolmentPort = 0, ...adminPorts] = await freePorts(3 + partners.length);
    const home = join(folder, "coordinator");
    initCoordinator({ folder: home, name: "coordinator", consortium, host: "localhost", exchangePort, enrolmentPort, adminPort: adminPorts[0] ?? 0 });
    const nodes = partners.map(({ name, rows, holdout }, i) => {
      const own = join(folder, name);
      initNode({ folder: own, party: name, coordinator: `localhost:${exchangePort}`, enrolment: `https://localhost:${enrolmentPort}`, adminPort: adminPorts[i + 1] ?? 0, rows, delimiter: ";", holdout });
      return new LocalProcess("node", name, own);
    });
    const coordinator = new LocalProcess("coordinator", "coordinator", home);
    await coordinator.start();
    return new LocalConsortium(coordinator, nodes, partners);
  }

  node(name: string): LocalProcess {
    const node = this.nodes.find((one) => one.name === name);
    if (node === undefined) throw new RangeError(`no node is called ${name}`);
    return node;
  }

  /** Invites every partner, lets it ask, approves it, and starts its node. */
  async enrol(steps: Steps): Promise<void> {
    await Promise.all(this.nodes.map((node) => this.enrolOne(node, steps)));
  }

  async enrolOne(node: LocalProcess, steps: Steps): Promise<void> {
    const { code } = await this.coordinator.admin.post("/v1/invitations", { party: node.name }, z.object({ code: z.string() }));
    let says = "";
    const enrolled = enrollNode(node.folder, code, (line) => { says = line; }, new AbortController().signal);
    const fingerprintWords = await this.#untilAsked(node.name);
    // Where people would phone: what the operator reads must be what the node printed.
    await until(`${node.name} prints the words that the coordinator shows`, async () => says.endsWith(`: ${fingerprintWords}`));
    const { entry } = await this.coordinator.admin.post(`/v1/enrolments/${node.name}/approve`, { fingerprintWords }, z.object({ entry: z.number() }));
    await enrolled;
    steps.enrolled(node.name, fingerprintWords, entry);
    await node.start();
  }

  /** The operator proposes, every partner signs. Returns the digest once the charter is in force everywhere. */
  async agree(draft: Json): Promise<string> {
    const { digest } = await this.coordinator.admin.post("/v1/charters", { draft }, z.object({ digest: z.string() }));
    for (const node of this.nodes) {
      await until(`${node.name} has the charter`, async () => (await charterStates(node)).some((charter) => charter.digest === digest));
      await node.admin.post(`/v1/charters/${digest}/sign`, {}, z.unknown());
    }
    for (const node of this.nodes) {
      await until(`the charter is in force at ${node.name}`, async () => (await charterStates(node)).some((charter) => charter.digest === digest && charter.state === "in-force"));
    }
    return digest;
  }

  /** @param without - The company to do without, where the charter allows it. */
  async launch(charter: string, without: string | null = null): Promise<string> {
    return (await this.coordinator.admin.post("/v1/trainings", { charter, ...(without === null ? {} : { without }) }, z.object({ session: z.string() }))).session;
  }

  async view(session: string): Promise<TrainingView> {
    return parseView(await this.coordinator.admin.get(`/v1/trainings/${session}`, z.unknown()));
  }

  /** Follows a training to its end. Survives restarts of the coordinator. @param onProgress - Called with each new view. */
  async follow(session: string, onProgress: (view: TrainingView) => void, timeoutMs = 120_000): Promise<TrainingView> {
    const startedMs = Date.now();
    for (;;) {
      const view = await this.view(session).catch(() => null);
      if (view !== null) onProgress(view);
      if (view !== null && view.state !== "running") return view;
      if (Date.now() - startedMs > timeoutMs) throw new Error(`the training did not end in ${timeoutMs / 1_000} s: ${view?.says ?? "the coordinator does not answer"}`);
      await sleep(40);
    }
  }

  async stop(signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<void> {
    await Promise.all([...this.nodes, this.coordinator].map((process) => process.stop(signal)));
  }

  get partners(): readonly LocalPartner[] {
    return this.#partners;
  }

  /** The words that the operator is shown beside the request. */
  async #untilAsked(party: string): Promise<string> {
    const answer = z.object({ enrolments: z.array(z.object({ party: z.string(), state: z.string(), fingerprintWords: z.string() })) });
    let words = "";
    await until(`${party} asks to be enrolled`, async () => {
      const waiting = (await this.coordinator.admin.get("/v1/enrolments", answer)).enrolments.find((one) => one.party === party && one.state === "waiting");
      words = waiting?.fingerprintWords ?? "";
      return waiting !== undefined;
    });
    return words;
  }
}

const UNTIL_TIMEOUT_MS = 30_000;

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const startedMs = Date.now();
  while (!(await holds())) {
    if (Date.now() - startedMs > UNTIL_TIMEOUT_MS) throw new Error(`waited ${UNTIL_TIMEOUT_MS / 1_000} s in vain until ${what}`);
    await sleep(20);
  }
}

async function charterStates(node: LocalProcess) {
  return (await node.admin.get("/v1/charters", z.object({ charters: z.array(z.object({ digest: z.string(), state: z.string() })) }))).charters;
}

/** The coordinator's own answer to its own version of the program. */
function parseView(answer: unknown): TrainingView {
  return answer as TrainingView;
}
