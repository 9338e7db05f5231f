import type { Json } from "@cohortium/crypto/canonical-json";
import { BodyReader, type Parsed } from "./body-reader.js";
import type { Statement } from "./entry.js";
import type { SumTerms } from "./sum-terms.js";

/** A log names itself, its key and the coordinator that keeps it. Always the first entry. */
export interface LogOpened {
  readonly kind: "log.opened";
  readonly origin: string;
  readonly logKey: string;
  readonly coordinator: string;
  readonly signingKey: Uint8Array;
}
/** `certificate` is the SHA-256 of the party's TLS certificate. */
export interface Enrolment {
  readonly kind: "enrolment";
  readonly party: string;
  readonly signingKey: Uint8Array;
  readonly agreementKey: Uint8Array;
  readonly certificate: string;
}
export interface Revocation { readonly kind: "revocation"; readonly party: string; readonly certificate: string; readonly reason: string }

export interface KeyHolder { readonly name: string; readonly signingKey: Uint8Array }
/** `charter` is the document itself, `digest` the SHA-256 of its canonical form, `logKey` the verifier key of the log it is kept in. */
export interface CharterLogged {
  readonly kind: "charter";
  readonly digest: string;
  readonly charter: Json;
  readonly parties: readonly KeyHolder[];
  readonly operator: KeyHolder & { readonly logKey: string };
  readonly terms: SumTerms;
}
export interface CharterSignature { readonly kind: "charter.signature"; readonly digest: string }
export interface CharterRefusal { readonly kind: "charter.refusal"; readonly digest: string; readonly reason: string }

/** `without` is the one company of the charter that the session does without, or empty; `query` what it asks of statistics, or null for a training. */
export interface SessionOffer {
  readonly kind: "session.offer";
  readonly question: string;
  readonly plan: string;
  readonly without: string;
  readonly query: Json;
}
/** What one party states about its columns before a session: `recipe` says how they are computed, `table` commits to the rows. */
export interface SessionData { readonly kind: "session.data"; readonly recipe: string; readonly table: string; readonly statement: Json }
/** Public key-agreement keys of one node for one session: base64 X25519, and the SHA-256 of the ML-KEM encapsulation key. */
export interface Bundle { readonly kind: "bundle"; readonly x25519: Uint8Array; readonly mlkem: string }
/** Under encrypted sums in place of a bundle: the chunk root of this node's share of the joint key, before anybody sees a share. */
export interface KeyCommit { readonly kind: "key.commit"; readonly share: string }
/** `threshold` signatures must stand under one list of survivors; fewer than `minimum` survivors end the round. */
export interface Roster {
  readonly kind: "roster";
  readonly parties: readonly string[];
  readonly bundles: ReadonlyMap<string, string>;
  readonly threshold: number;
  readonly minimum: number;
}
/** Commitments to the self seeds of every round, in order. */
export interface Shares { readonly kind: "shares"; readonly selfSeeds: readonly string[] }
/** U1: the parties whose shares reached everyone. Their order decides the signs of the masks. */
export interface Ready { readonly kind: "ready"; readonly parties: readonly string[] }

export interface RoundOffer {
  readonly kind: "round.offer";
  readonly purpose: string;
  readonly model: string;
  readonly plan: string;
  readonly ring: 32 | 64;
  readonly words: number;
  readonly parties: readonly string[];
}
/** `root` commits to the masked words, chunk by chunk; `offer` is the id of the offer they answer. */
export interface RoundUpload { readonly kind: "round.upload"; readonly root: string; readonly words: number; readonly offer: string }
/** In place of an upload: the chunk roots of both halves of this node's ciphertexts, before anybody sees one. */
export interface RoundSealed { readonly kind: "round.sealed"; readonly c0: string; readonly c1: string; readonly words: number; readonly offer: string }
/** U2: whose upload is in the sum, by the id of its upload entry. */
export interface RoundSurvivors {
  readonly kind: "round.survivors";
  readonly offer: string;
  readonly uploads: ReadonlyMap<string, string>;
}
export interface RoundAgree { readonly kind: "round.agree"; readonly survivors: string }
/** `self` is this party's own mask key of the round; `orphans` the keys it shared with parties that dropped out. */
export interface RoundUnmask {
  readonly kind: "round.unmask";
  readonly survivors: string;
  readonly self: Uint8Array | null;
  readonly orphans: ReadonlyMap<string, Uint8Array>;
}
/** In place of an unmasking: the chunk root of this node's partial decryption of the sum over the survivors. */
export interface RoundDecryption { readonly kind: "round.decryption"; readonly survivors: string; readonly root: string }
/**
 * `recovered` holds what was rebuilt from shares: the self seeds of survivors that fell silent after agreeing, and the mask keys of pairs
 * `dropped → survivor`.
 */
export interface RoundResult {
  readonly kind: "round.result";
  readonly survivors: string;
  readonly root: string;
  readonly words: number;
  readonly recovered: {
    readonly self: ReadonlyMap<string, Uint8Array>;
    readonly orphans: ReadonlyMap<string, ReadonlyMap<string, Uint8Array>>;
  };
}

export interface Model { readonly kind: "model"; readonly purpose: string; readonly hash: string; readonly iteration: number }
/** What was released: a model and its evaluation, or an answer, each as the SHA-256 of its canonical JSON. */
export interface SessionClose { readonly kind: "session.close"; readonly released: LoggedRelease }
export type LoggedRelease =
  | { readonly kind: "model"; readonly model: string; readonly evaluation: string }
  | { readonly kind: "answer"; readonly answer: string };
/** `because` is one sentence, or empty. */
export interface SessionAbort { readonly kind: "session.abort"; readonly code: string; readonly because: string }
/** What one party says it gained, on rows it held out. `model` is the digest of the joint model it compares with. */
export interface Comparison { readonly kind: "comparison"; readonly model: string; readonly numbers: Json }

/** What an entry says, one shape per entry type. */
export type Body =
  | LogOpened | Enrolment | Revocation | CharterLogged | CharterSignature | CharterRefusal
  | SessionOffer | SessionData | Bundle | KeyCommit | Roster | Shares | Ready
  | RoundOffer | RoundUpload | RoundSealed | RoundSurvivors | RoundAgree | RoundUnmask | RoundDecryption | RoundResult
  | Model | SessionClose | SessionAbort | Comparison;

/** Reads the body of a statement by its type, or says everything that is missing from it. */
export function parseBody({ type, body }: Pick<Statement, "type" | "body">): Parsed<Body> {
  const read = new BodyReader(body);
  switch (type) {
    case "log.opened":
      return read.finish({
        kind: type, origin: read.text("origin"), logKey: read.text("logKey"), coordinator: read.text("coordinator"), signingKey: read.key("signingKey"),
      });
    case "enrolment":
      return read.finish({
        kind: type, party: read.text("party"), certificate: read.digest("certificate"),
        signingKey: read.key("signingKey"), agreementKey: read.key("agreementKey"),
      });
    case "revocation":
      return read.finish({ kind: type, party: read.text("party"), certificate: read.digest("certificate"), reason: read.text("reason") });
    case "charter": return parseCharter(read);
    case "charter.signature": return read.finish({ kind: type, digest: read.digest("digest") });
    case "charter.refusal": return read.finish({ kind: type, digest: read.digest("digest"), reason: read.text("reason") });
    case "session.offer": return parseSessionOffer(read);
    case "session.data": return read.finish({ kind: type, recipe: read.digest("recipe"), table: read.digest("table"), statement: body });
    case "bundle": return read.finish({ kind: type, x25519: read.key("x25519"), mlkem: read.digest("mlkem") });
    case "key.commit": return read.finish({ kind: type, share: read.digest("share") });
    case "roster": return parseRoster(read);
    case "shares": return read.finish({ kind: type, selfSeeds: read.digests("selfSeeds") });
    case "ready": return read.finish({ kind: type, parties: read.names("parties") });
    case "round.offer": return parseOffer(read);
    case "round.upload": return read.finish({ kind: type, root: read.digest("root"), words: read.count("words"), offer: read.digest("offer") });
    case "round.sealed":
      return read.finish({ kind: type, c0: read.digest("c0"), c1: read.digest("c1"), words: read.count("words"), offer: read.digest("offer") });
    case "round.survivors": return read.finish({ kind: type, offer: read.digest("offer"), uploads: read.object("uploads").digestsByName() });
    case "round.agree": return read.finish({ kind: type, survivors: read.digest("survivors") });
    case "round.unmask":
      return read.finish({
        kind: type, survivors: read.digest("survivors"), self: read.optionalKey("self"), orphans: read.object("orphans").keysByName(),
      });
    case "round.decryption": return read.finish({ kind: type, survivors: read.digest("survivors"), root: read.digest("root") });
    case "round.result": return parseResult(read);
    case "model": return read.finish({ kind: type, purpose: read.text("kind"), hash: read.digest("hash"), iteration: read.count("iteration") });
    case "session.close": return read.finish({ kind: type, released: parseRelease(read) });
    case "session.abort": return read.finish({ kind: type, code: read.text("code"), because: read.optionalObject("detail").optionalText("because") });
    case "comparison": return parseComparison(read);
  }
}

function parseCharter(read: BodyReader): Parsed<CharterLogged> {
  const charter = read.object("charter");
  const operator = charter.object("operator");
  const aggregation = charter.object("aggregation");
  return read.finish({
    kind: "charter",
    digest: read.digest("digest"),
    charter: read.json("charter"),
    parties: charter.objects("parties").map(parseKeyHolder),
    operator: { ...parseKeyHolder(operator), logKey: operator.text("logKey") },
    terms: {
      scheme: aggregation.text("scheme") === "encrypted" ? "encrypted" : "masked",
      quorum: charter.count("quorum"),
      minimumParties: charter.count("minimumParties"),
      // Anything but the one word that allows less is taken for the stricter rule.
      dropouts: aggregation.text("dropouts") === "continue" ? "continue" : "end",
    },
  });
}

function parseKeyHolder(read: BodyReader): KeyHolder {
  return { name: read.text("name"), signingKey: read.key("signingKey") };
}

/** The one question whose offer says more than the charter does. */
const STATISTICS = "statistics.ask";

function parseSessionOffer(read: BodyReader): Parsed<SessionOffer> {
  const question = read.text("question");
  const asks = question === STATISTICS;
  // An offer that asked a training, and said a query beside it, would be two things to two readers.
  if (asks) read.object("query");
  read.nothing(asks ? "without" : "query");
  return read.finish({ kind: "session.offer", question, plan: read.digest("plan"), without: read.optionalText("without"), query: asks ? read.json("query") : null });
}

function parseRelease(read: BodyReader): LoggedRelease {
  if (!read.has("answer")) return { kind: "model", model: read.digest("model"), evaluation: read.digest("evaluation") };
  read.nothing("model");
  read.nothing("evaluation");
  return { kind: "answer", answer: read.digest("answer") };
}

function parseComparison(read: BodyReader): Parsed<Comparison> {
  read.object("numbers");
  return read.finish({ kind: "comparison", model: read.digest("model"), numbers: read.json("numbers") });
}

function parseRoster(read: BodyReader): Parsed<Roster> {
  return read.finish({
    kind: "roster",
    parties: read.names("parties"),
    bundles: read.object("bundles").digestsByName(),
    threshold: read.count("threshold"),
    minimum: read.count("minimum"),
  });
}

function parseOffer(read: BodyReader): Parsed<RoundOffer> {
  return read.finish({
    kind: "round.offer",
    purpose: read.text("kind"),
    model: read.digest("model"),
    plan: read.digest("plan"),
    ring: read.ring("ring"),
    words: read.count("words"),
    parties: read.names("parties"),
  });
}

function parseResult(read: BodyReader): Parsed<RoundResult> {
  const recovered = read.object("recovered");
  const orphans = [...recovered.object("orphans").objectsByName()].map(([dropped, keys]) => [dropped, keys.keysByName()] as const);
  return read.finish({
    kind: "round.result",
    survivors: read.digest("survivors"),
    root: read.digest("root"),
    words: read.count("words"),
    recovered: { self: recovered.object("self").keysByName(), orphans: new Map(orphans) },
  });
}
