import { describe, expect, test } from "@jest/globals";
import type { Json } from "@cohortium/crypto/canonical-json";
import { checkCharter } from "../../src/charter/check.js";
import { CLAUSES } from "../../src/charter/clauses.js";
import { charterDiff } from "../../src/charter/diff.js";
import { partyToLeaveOut } from "../../src/charter/parties.js";
import { charterWords } from "../../src/charter/words.js";
import { sourcesOf } from "../../src/charter/columns-schema.js";
import { planOf } from "../../src/training/plan.js";
import { bent, EXACT_STATISTICS, NOISY, NOISY_NETWORK, NOISY_TREES, OPEN_STATISTICS, SOUND, sound, STATISTICS, TREES } from "./fixture.js";

const found = (json: Json) => {
  const check = checkCharter(json);
  return check.kind === "ok" ? [] : check.problems.map(({ clause, path }) => `${clause} ${path}`);
};
const S = "/statistics";
const Q = "/questions/0";
const COMMON = bent(`${Q}/evaluation/holdoutDigest`, "ab".repeat(32), bent(`${Q}/evaluation/holdout`, "common", NOISY) as object) as object;
const TRANSACTIONS = {
  before: "2026-01-01", key: "customer", time: "at", amount: "paid", unit: "EUR",
  windows: [{ name: "days since", measure: "recency", days: 365 }],
};
/** Eight columns in trees of eight levels: noise for 2^18 numbers is as much as one answer may have. */
const DEEP_TREES = bent(
  `${Q}/features`, Array.from({ length: 8 }, (_, i) => ({ kind: "numeric", name: `column ${i}`, unit: "units", min: 0, max: 9 })),
  bent(`${Q}/model/trees`, 5, bent(`${Q}/model/depth`, 8, NOISY_TREES) as object) as object,
) as object;
/** Seven companies of which five sign a list: three are in both of any two. */
const keyOf = (byte: number) => Buffer.alloc(32, byte).toString("base64");
const COMPANIES = Array.from({ length: 7 }, (_, i) => ({ name: `company-${i}`, organisation: `Company ${i}`, signingKey: keyOf(101 + i), agreementKey: keyOf(201 + i) }));
const SEVEN = bent("/quorum", 5, bent("/parties", COMPANIES, STATISTICS) as object) as object;
const WITH_PURCHASES = bent(`${S}/transactions`, TRANSACTIONS, STATISTICS) as object;

test("a charter of statistics alone is accepted and comes back as it was, with noise and without", () => {
  expect(checkCharter(STATISTICS)).toEqual({ kind: "ok", charter: STATISTICS });
  expect(checkCharter(EXACT_STATISTICS)).toEqual({ kind: "ok", charter: EXACT_STATISTICS });
});

test("a training may carry noise, alone and beside statistics; its plan then says whose noise is counted on", () => {
  expect(checkCharter(NOISY)).toEqual({ kind: "ok", charter: NOISY });
  expect([found(bent(S, STATISTICS.statistics, NOISY)), found(NOISY_NETWORK as never)]).toEqual([[], []]);
  expect([found(NOISY_TREES as never), planOf(sound(NOISY_TREES)).noise, planOf(sound(NOISY_TREES)).rounds]).toEqual([[], { honest: 2 }, 82]);
  expect([planOf(sound(NOISY)).noise, planOf(sound(NOISY)).rounds, planOf(sound(SOUND)).noise]).toEqual([{ honest: 2 }, 7, undefined]);
});

test("a charter of trainings may have statistics beside them, where sums are exact", () => {
  expect(found(bent(S, STATISTICS.statistics))).toEqual([]);
});

/** Each rule with the smallest change of a sound charter that breaks it, and it alone. */
const BROKEN: readonly (readonly [clause: string, at: string, value: unknown, path?: string, from?: object])[] = [
  ["questions.none", S, undefined, "/questions", EXACT_STATISTICS],
  ["shape.value", `${S}/kinds`, []],
  ["shape.value", `${S}/kinds/1`, "means"],
  ["shape.value", `${S}/features`, []],
  ["shape.value", `${S}/cellRows`, 9],
  ["shape.value", `${S}/consent/granted`, []],
  ["statistics.open", "/privacy", SOUND.privacy, `${S}/open`, OPEN_STATISTICS],
  ["statistics.open", `${S}/kinds`, ["categories"], `${S}/kinds`, OPEN_STATISTICS],
  ["statistics.open", `${S}/open/0/name`, "country", `${S}/open/0/name`, OPEN_STATISTICS],
  ["statistics.open", `${S}/open/1`, OPEN_STATISTICS.statistics.open[0], `${S}/open/1/name`, OPEN_STATISTICS],
  ["statistics.open", `${S}/open/0/source`, "spend", `${S}/open/0/source`, OPEN_STATISTICS],
  ["statistics.open", `${S}/open/0/characters`, "abca", `${S}/open/0/characters`, OPEN_STATISTICS],
  ["statistics.open", `${S}/open/0/characters`, "abcD", `${S}/open/0/characters`, OPEN_STATISTICS],
  ["statistics.open", `${S}/open/0/characters`, Array.from({ length: 65 }, (_, i) => String.fromCodePoint(0x4e00 + i)).join(""), `${S}/open/0/characters`, OPEN_STATISTICS],
  ["shape.value", `${S}/open/0/characters`, "a", `${S}/open/0/characters`, OPEN_STATISTICS],
  ["shape.value", `${S}/open/0/letters`, "upper", `${S}/open/0/letters`, OPEN_STATISTICS],
  ["shape.value", `${S}/open/0/lengthMax`, 33, `${S}/open/0/lengthMax`, OPEN_STATISTICS],
  ["shape.value", `${S}/open/0/name`, "a=b", `${S}/open/0/name`, OPEN_STATISTICS],
  ["shape.value", `${S}/open`, [], `${S}/open`, OPEN_STATISTICS],
  ["shape.value", `${S}/exactCohorts`, "refused"],
  ["shape.unknown-key", `${S}/k`, 12],
  ["shape.missing-key", `${S}/cellRows`, undefined],
  ["shape.value", "/privacy/mechanism", "gaussian"],
  ["shape.value", "/privacy/budget/epsilon", 0],
  ["shape.value", "/privacy/budget/epsilon", -1],
  ["shape.value", "/privacy/budget/epsilon", 20.1],
  ["shape.value", "/privacy/budget/epsilon", "1"],
  ["shape.value", "/privacy/budget/epsilon", Number.NaN],
  ["shape.value", "/privacy/budget/delta", 0],
  ["shape.value", "/privacy/budget/delta", 0.0011],
  ["shape.value", "/privacy/budget/reserveShare", 0.91],
  ["shape.value", "/privacy/budget/reserveShare", -0.1],
  ["shape.value", "/privacy/colluders", -1],
  ["shape.missing-key", "/privacy/colluders", undefined],
  ["shape.unknown-key", "/privacy/colluders", 1, "/privacy/colluders", EXACT_STATISTICS],
  ["statistics.kinds", `${S}/kinds/2`, "profile"],
  ["features.names-unique", `${S}/features/2/name`, "country"],
  ["features.bounds", `${S}/features/3/max`, 0],
  ["features.edges", `${S}/features/1/edges/2`, 30],
  ["features.otherwise", `${S}/features/0/otherwise`, "Italy"],
  ["windows.key-stays", `${S}/features/4/source`, "customer", `${S}/features/4`, WITH_PURCHASES],
  ["windows.are-numbers", `${S}/features/4/source`, "days since", `${S}/features/4`, WITH_PURCHASES],
  ["statistics.consent", `${S}/consent/column`, "spend"],
  ["statistics.consent", `${S}/consent/column`, "customer", `${S}/consent/column`, WITH_PURCHASES],
  ["statistics.consent", `${S}/consent/column`, "days since", `${S}/consent/column`, WITH_PURCHASES],
  ["statistics.consent", `${S}/consent/granted/1`, "yes"],
  ["statistics.cell-rows", `${S}/cellRows`, 200_001],
  ["privacy.trainings", `${Q}/model`, TREES.questions[0]?.model, `${Q}/model/privacy`, bent("/privacy/budget/releasesMax", 1_000, NOISY) as object],
  ["privacy.trainings", `${Q}/model/privacy`, undefined, `${Q}/model/privacy`, NOISY_TREES],
  ["privacy.trainings", `${Q}/model/privacy`, { nanoRho: 1_000_000 }, `${Q}/model/privacy`, bent("/privacy/budget/releasesMax", 1_000, TREES) as object],
  ["privacy.trainings", `${Q}/model/earlyStopping`, { patience: 3, share: 0.1 }, `${Q}/model/earlyStopping`, NOISY_TREES],
  ["privacy.trainings", `${Q}/model/rowSample`, 0.9, `${Q}/model/rowSample`, NOISY_TREES],
  ["privacy.trainings", `${Q}/model/privacy/nanoRho`, 1_000, `${Q}/model/privacy/nanoRho`, bent(`${Q}/model/trees`, 30, NOISY_TREES) as object],
  ["privacy.trainings", `${Q}/evaluation/leaveOneOut`, "allowed", `${Q}/evaluation/leaveOneOut`, bent(`${Q}/model`, NOISY_TREES.questions[0]?.model, COMMON) as object],
  ["privacy.budget", `${Q}/model/privacy/nanoRho`, 2_000_000_000, `${Q}/model/privacy/nanoRho`, NOISY_TREES],
  ["shape.value", `${Q}/model/privacy/nanoRho`, 999, `${Q}/model/privacy/nanoRho`, NOISY_TREES],
  ["shape.unknown-key", `${Q}/model/privacy/rowNormMax`, 3, `${Q}/model/privacy/rowNormMax`, NOISY_TREES],
  ["privacy.score-bins", `${Q}/evaluation/scoreBins`, 257, `${Q}/evaluation/scoreBins`, NOISY_TREES],
  ["privacy.trainings", `${Q}/model/privacy`, undefined, `${Q}/model/privacy`, NOISY],
  ["privacy.trainings", `${Q}/evaluation/holdout`, "common", `${Q}/evaluation/holdout`, bent(`${Q}/evaluation/holdoutDigest`, "ab".repeat(32), NOISY) as object],
  ["privacy.trainings", `${Q}/evaluation/leaveOneOut`, "allowed", `${Q}/evaluation/leaveOneOut`, COMMON],
  ["privacy.trainings", `${Q}/evaluation/perPartner`, "shared", `${Q}/evaluation/perPartner`, NOISY],
  ["privacy.trainings", `${Q}/model/privacy`, { nanoRho: 1_000_000, rowNormMax: 4, iterations: 5 }, `${Q}/model/privacy`, SOUND],
  ["privacy.trainings", `${Q}/model/privacy`, undefined, `${Q}/model/privacy`, NOISY_NETWORK],
  ["privacy.trainings", `${Q}/model/optimiser`, { kind: "fedprox", serverRate: 1, mu: 0.1 }, `${Q}/model/optimiser/kind`, NOISY_NETWORK],
  ["privacy.trainings", `${Q}/model/optimiser`, { kind: "scaffold", serverRate: 1 }, `${Q}/model/optimiser/kind`, NOISY_NETWORK],
  ["privacy.trainings", `${Q}/model/stopping`, { kind: "stall", patience: 4, tolerance: 0.001 }, `${Q}/model/stopping/kind`, NOISY_NETWORK],
  ["privacy.trainings", `${Q}/model/strips`, "shown", `${Q}/model/strips`, NOISY_NETWORK],
  ["privacy.trainings", "/privacy/budget/epsilon", 0.02, `${Q}/model/privacy`, NOISY_NETWORK],
  ["privacy.budget", `${Q}/model/privacy/noiseMultiplier`, 0.4, `${Q}/model/privacy/noiseMultiplier`, NOISY_NETWORK],
  ["shape.value", `${Q}/model/privacy/sampleRate`, 0, `${Q}/model/privacy/sampleRate`, NOISY_NETWORK],
  ["shape.value", `${Q}/model/privacy/noiseMultiplier`, 0.2, `${Q}/model/privacy/noiseMultiplier`, NOISY_NETWORK],
  ["privacy.score-bins", `${Q}/evaluation/scoreBins`, 1_023, `${Q}/evaluation/scoreBins`, SOUND],
  ["privacy.score-bins", `${Q}/evaluation/scoreBins`, 257, `${Q}/evaluation/scoreBins`, NOISY],
  ["privacy.budget", `${Q}/model/privacy/nanoRho`, 2_000_000_000, `${Q}/model/privacy/nanoRho`, NOISY],
  ["shape.value", `${Q}/model/privacy/nanoRho`, 999, `${Q}/model/privacy/nanoRho`, NOISY],
  ["shape.value", `${Q}/model/privacy/rowNormMax`, 0.4, `${Q}/model/privacy/rowNormMax`, NOISY],
  ["shape.value", `${Q}/model/privacy/iterations`, 21, `${Q}/model/privacy/iterations`, NOISY],
  ["shape.missing-key", `${Q}/model/privacy/iterations`, undefined, `${Q}/model/privacy/iterations`, NOISY],
  ["trees.answer-size", `${Q}/model/bins`, 128, `${Q}/model/bins`, DEEP_TREES],
  ["privacy.honest", "/privacy/colluders", 3],
  ["privacy.one-list", "/privacy/colluders", 3, "/privacy/colluders", SEVEN],
  ["privacy.delta", "/privacy/budget/delta", 1 / 200_000],
  ["privacy.delta", "/privacy/budget/delta", 0.001],
  ["privacy.delta", "/rows/perPartyMax", 500_000, "/privacy/budget/delta", bent("/privacy/budget/delta", 5e-7, STATISTICS) as object],
  ["privacy.budget", "/privacy/budget/epsilon", 1e-9],
];

test.each(BROKEN)("%s refuses %s = %j, names the place and nothing else", (clause, at, value, path = at, from = STATISTICS) => {
  expect(found(bent(at, value, from))).toEqual([`${clause} ${path}`]);
});

test.each([
  ["/privacy/budget/epsilon", 20], ["/privacy/budget/delta", 0.00000499], ["/privacy/budget/reserveShare", 0], ["/privacy/budget/reserveShare", 0.9], ["/privacy/colluders", 0], ["/privacy/colluders", 2],
  [`${S}/cellRows`, 200_000], [`${S}/consent`, undefined], [`${S}/transactions`, TRANSACTIONS], [`${S}/consent/column`, "letter"],
])("a charter with %s = %j is just good enough", (at, value) => {
  expect(found(bent(at, value, STATISTICS))).toEqual([]);
});

test.each([2, 4])("of seven companies with five signatures to a list, %i may collude: too few for two lists, or each one's noise is enough", (colluders) => {
  expect(found(bent("/privacy/colluders", colluders, SEVEN) as never)).toEqual([]);
});

test.each([
  ["letters", "as-written"], ["source", "place"], ["lengthMax", 32], ["characters", "abé -"], ["characters", "东南西北"],
])("a column of words that are not listed may have %s = %j, and the difference shows to who signs", (member, value) => {
  const other = bent(`${S}/open/0/${member}`, value, OPEN_STATISTICS);
  expect(found(other)).toEqual([]);
  expect(charterDiff(sound(OPEN_STATISTICS), sound(other)).map(({ clause }) => clause)).toEqual(["statistics.open.town"]);
});

test("upper-case letters are read where they are taken as written", () => {
  expect(found(bent(`${S}/open/0`, { name: "town", characters: "ABC", letters: "as-written", lengthMax: 3 }, OPEN_STATISTICS))).toEqual([]);
});

test("who signs reads that any word of an open column may be counted, found or not, where the kinds let it", () => {
  const sentences = (input: Json) => [charterWords(sound(input), "en").join("\n"), charterWords(sound(input), "zh-CN").join("\n")];
  const counted = [/count any word of these columns that whoever asks writes down, a person's name too, whether or not it was found before/, /任何词提问计数，包括人名，不论该词此前是否已被找出/];
  const kinds = OPEN_STATISTICS.statistics.kinds.filter((kind) => kind !== "categories");
  sentences(OPEN_STATISTICS).forEach((text, i) => { expect(text).toMatch(counted[i]!); });
  for (const input of [STATISTICS, bent(`${S}/kinds`, kinds, OPEN_STATISTICS)]) sentences(input).forEach((text, i) => { expect(text).not.toMatch(counted[i]!); });
});

test("who signs reads that words are left open, in both languages, and only then", () => {
  const sentences = (charter: Json) => (["en", "zh-CN"] as const).map((language) => charterWords(sound(charter), language).join("\n"));
  for (const text of sentences(OPEN_STATISTICS)) expect(text).toMatch(/town[^\n]*8/);
  for (const text of sentences(STATISTICS)) expect(text).not.toContain("town");
});

test("noisy trees whose deepest level has 2^18 numbers at most are just good enough", () => {
  expect(found(bent(`${Q}/model/bins`, 127, DEEP_TREES))).toEqual([]);
});

test("what every company would have to state about its columns must fit an entry of the log", () => {
  const many = Array.from({ length: 200 }, (_, i) => ({ kind: "numeric", name: `a${i}`.padEnd(90, "x"), unit: "units", min: 0, max: 9 }));
  expect(found(bent(`${S}/features`, many, STATISTICS))).toEqual(["statement.size /statistics/features"]);
});

test("every rule on statistics and privacy has a fixture that breaks it", () => {
  const rules = Object.keys(CLAUSES).filter((clause) => clause.startsWith("statistics.") || clause.startsWith("privacy."));
  expect(rules.filter((rule) => !BROKEN.some(([clause]) => clause === rule))).toEqual([]);
});

test("a charter of statistics alone says that it lists no training", () => {
  expect(() => planOf(sound(STATISTICS))).toThrow("the charter lists no training");
  expect(partyToLeaveOut(sound(STATISTICS), "harbour")).toBeUndefined();
});

test("the column that says who agreed is read with the others", () => {
  expect(sourcesOf(sound(STATISTICS).statistics!).at(-1)).toEqual({ feed: "rows", column: "agreed", holds: "words", unit: null });
});

describe("a difference", () => {
  const CHANGES: readonly (readonly [at: string, value: unknown, clause: string, before: string | undefined, after: string | undefined])[] = [
    [`${S}/kinds`, ["rfm", "profile"], "statistics.kinds", STATISTICS.statistics.kinds.join(", "), "rfm, profile"],
    [`${S}/features/3/max`, 600, "statistics.features.spend", "0 to 500, in \"EUR\"; values outside: clip", "0 to 600, in \"EUR\"; values outside: clip"],
    [`${S}/cellRows`, 30, "statistics.cellRows", "20 rows", "30 rows"],
    [`${S}/consent`, undefined, "statistics.consent", "\"agreed\" is \"yes\" or \"by letter\"", undefined],
    [`${S}/exactCohorts`, "allowed", "statistics.exactCohorts", undefined, "allowed"],
    ["/privacy/budget/epsilon", 2, "privacy.budget.epsilon", "3", "2"],
    ["/privacy/budget/delta", 1e-7, "privacy.budget.delta", "0.000001", "1e-7"],
    ["/privacy/budget/reserveShare", 0.2, "privacy.budget.reserveShare", "0.1 of epsilon", "0.2 of epsilon"],
    ["/privacy/colluders", 0, "privacy.colluders", "1 companies", "0 companies"],
  ];

  test.each(CHANGES)("of %s to %j is one line, clause %s", (at, value, clause, before, after) => {
    expect(charterDiff(sound(STATISTICS as Json), sound(bent(at, value, STATISTICS)))).toEqual([{ clause, before, after }]);
  });

  test("of what trees may tell is one line, and in words they say that their sums carry noise", () => {
    const changed = charterDiff(sound(NOISY_TREES), sound(bent(`${Q}/model/privacy/nanoRho`, 18_000_000, NOISY_TREES)));
    expect(changed).toEqual([{ clause: "propensity.train.model.privacy.nanoRho", before: "17000000 of 10^-9 rho", after: "18000000 of 10^-9 rho" }]);
    expect([charterWords(sound(NOISY_TREES), "en").join(" ").includes("in every leaf, node by node, all of them with noise"), charterWords(sound(NOISY_TREES), "zh-CN").join("").includes("梯度与权重之和，均带有噪声")]).toEqual([true, true]);
  });

  test("of purchases shows what is taken from them", () => {
    expect(charterDiff(sound(STATISTICS as Json), sound(WITH_PURCHASES as Json)).map(({ clause }) => clause)).toContain("statistics.transactions.windows");
  });
});

describe("in words a charter of statistics", () => {
  test("reads like this in English", () => {
    expect(charterWords(sound(STATISTICS), "en").slice(2)).toEqual([
      "They allow statistics of the rows, and of these kinds alone: how a cohort differs from all rows; how a measure is spread; a measure's quantiles; how often each word of a column occurs; recency, frequency and monetary value in fifths; how the arms of a test compare; how a column is distributed, absent values included. They rest on these columns: country, age, letter, spend, visits, since, income. Every question stands in the log before anybody answers it; no code crosses a company's border. Only rows whose \"agreed\" is \"yes\" or \"by letter\" take part.",
      "A company whose rows do not fit these columns is refused. A value beyond the bounds of spend counts as the nearest bound. In country a word that is not listed counts as the category set for all others. That since may have no value is itself used, and the joint sums show how often.",
      "Nobody receives rows. Each company brings 200 to 50,000 rows to its own node, where they stay.",
      "Every company and the coordinator receive each answer. The sums that it is read off from are seen by the coordinator and by whoever is given the uploads to audit. They are over rows that share a word, or that the question picks out by words: if one company alone has such rows, they are that company's sums, with noise that hides single rows and no company.",
      "A cell over fewer than 20 rows is withheld, and so is what it would follow from; a company may ask for more rows. This is how answers are shown, not what protects: a row counts as one person, and who stands in several rows, or at several companies, counts several times.",
      "A sum can be read only if three of the four nodes help; below three companies nothing is released. A company that falls silent once the first sum was read ends the question.",
      "At most 240 sums may be released under this charter; every node counts for itself and stops there. The answers may cost ε = 3 together, 10 % of it only at nodes whose owners open the reserve; what is spent does not come back.",
      "Every company adds its share of random noise to every sum. Even if one company that helps tells what it added, all answers under this charter together tell whether any one row is there by ε = 3 at most, except with a probability of δ = 0.000001. A node that does not add its share weakens that. In the signers' words: Answers are noisy.",
      "switchboard runs the coordinator: it adds masked vectors and sees no row and no identifier, nor any one company's numbers unless a quorum of nodes helps it to cheat.",
      "It begins on 1 December 2026 at 00:00 UTC and ends on 30 June 2027 at 12:00 UTC. After that no node answers.",
    ]);
  });

  test("reads like this in Chinese", () => {
    expect(charterWords(sound(STATISTICS), "zh-CN").slice(2)).toEqual([
      "允许对数据作统计，且仅限以下几类：某一人群与全体的差异；数值的分布；数值的分位数；某列各词出现的次数；最近一次消费、消费频率和消费金额的五等分；试验各组的比较；某列的分布（含缺值）。所用的列：country、age、letter、spend、visits、since、income。每个问题都在任何一方作答之前记入日志；代码不会跨越企业边界。只有“agreed”为“yes”或“by letter”的行参与统计。",
      "数据与上述各列不符的企业将被拒绝参与。spend 超出界限的值按最近的界限计。country 中未列出的词按约定的“其他”类别计。since 可以缺值，缺值本身也作为信息使用，合计值会显示缺值的次数。",
      "任何一方都得不到明细数据。每家企业在自己的节点上使用 200 至 50,000 行，数据不离开节点。",
      "每家企业和协调方得到每个答复。据以得出答复的合计值，由协调方以及为审计而得到上传数据的人看到。合计的是含有同一个词的行，或问题按词选定的行：若只有一家企业有这样的行，合计值就是该企业自己的数值，加有噪声；噪声能掩盖单独一行，不能掩盖一家企业。",
      "少于 20 行的单元格不予显示，能据以推算它的数值也不予显示；企业可以要求更多的行数。这只是显示的规则，并非保护的手段：一行算作一个人，在多行中或在多家企业出现的人按多人计。",
      "4 个节点中至少 3 个参与，合计值才能读出；少于 3 家企业时不公布任何结果。第一个合计值读出之后，若有企业中途失联，答复即告结束。",
      "本约定下最多公布 240 个合计值；每个节点自行计数，用完即停。隐私预算共 ε = 3，其中 10% 为储备，仅当节点的所有者启用时才可使用；用去的不再恢复。",
      "每家企业在每个合计值中加入自己的一份随机噪声；即使有 1 家参与者透露自己的那一份：本约定下全部答复合起来，对任何一行是否存在的泄露不超过 ε = 3，例外的概率为 δ = 0.000001。不加入噪声的节点会削弱这一保证。签署方的说明：Answers are noisy.",
      "switchboard 运行协调方：它只把加了掩码的向量相加，看不到任何一行数据、任何标识符，除非达到法定数目的节点与其串通，也看不到任何一家企业的数值。",
      "自 2026 年 12 月 1 日 00:00（UTC）起生效，至 2027 年 6 月 30 日 12:00（UTC）终止；此后节点不再应答。",
    ]);
  });

  test("says of the local mode that each company's noise is enough by itself", () => {
    const local = sound(bent("/privacy/colluders", 2, STATISTICS));
    expect(charterWords(local, "en")).toContainEqual(expect.stringMatching(/^Every company adds noise to every sum, as much as its own rows need\. Even if all other companies tell what they added, .* A node that adds none leaves its own rows unprotected\./));
    expect(charterWords(local, "zh-CN")).toContainEqual(expect.stringMatching(/即使其他企业全部透露自己的噪声：.*不加入噪声的节点，其自身的数据得不到保护。/));
  });

  test("says where sums are exact that they may be one person's, and whether a question may pick out whom", () => {
    const open = sound(EXACT_STATISTICS);
    const shut = sound(bent(`${S}/exactCohorts`, undefined, EXACT_STATISTICS));
    expect(charterWords(open, "en")).toContainEqual(expect.stringMatching(/if one person alone, that person's numbers, exactly\. A question may pick out any rows by their words, one person's too\.$/));
    expect(charterWords(shut, "en")).toContainEqual(expect.stringMatching(/that person's numbers, exactly\. A question may not pick out rows; it may still count them word by word/));
    expect(charterWords(open, "zh-CN")).toContainEqual(expect.stringMatching(/若只有一个人，就是该人的精确数值。问题可以按词选定任意的行，包括只涉及一个人的行。$/));
    expect(charterWords(shut, "zh-CN")).toContainEqual(expect.stringContaining("问题不得选定一部分行"));
  });
});
