import { expect, test } from "@jest/globals";
import { charterWords } from "../../src/charter/words.js";
import { bent, SOUND, sound, TREES } from "./fixture.js";

test("the sample charter reads like this", () => {
  expect(charterWords(sound(), "en")).toEqual([
    "Four companies of callers-circle sign \"spring-campaign\": harbour (Harbour Bank), lantern (Lantern Mail), meadow (Meadow Foods) and tower (Tower Telecom).",
    "What for: Decide whom to call in spring.",
    "They allow one question: how likely is \"answer\" to be \"yes\", learned from two columns (one number, one category) and from nothing else. No code and no query crosses a company's border.",
    "A company whose rows do not fit these columns is refused.",
    "Nobody receives rows. Each company brings 200 to 50,000 rows to its own node, where they stay; with fewer than 2,000 together nothing is learned.",
    "Every company receives the joint model, measured on the 20 % of rows that each company holds out. On the way there, they and the coordinator learn of all rows together: how many there are, each number's mean and spread, how often each category occurs, the slopes and curvature of each step, and how the scores spread.",
    "What a company gained, a model of its own rows alone against the joint one, is told to itself only: these numbers do not leave its node.",
    "A category with fewer than 50 rows over all companies gets no coefficient of its own.",
    "A sum can be read only if three of the four nodes help; below three companies nothing is released. A company that falls silent once the first sum was read ends the training.",
    "At most 240 sums may be released under this charter; every node counts for itself and stops there.",
    "No differential-privacy noise is added: the sums are exact. In the signers' words: Sums are exact.",
    "switchboard runs the coordinator: it adds masked vectors and sees no row and no identifier, nor any one company's numbers unless a quorum of nodes helps it to cheat.",
    "It begins on 1 December 2026 at 00:00 UTC and ends on 30 June 2027 at 12:00 UTC. After that no node answers.",
  ]);
});

test("the sample charter reads like this in Chinese", () => {
  expect(charterWords(sound(), "zh-CN")).toEqual([
    "callers-circle 的 4 家企业签署“spring-campaign”：harbour（Harbour Bank）、lantern（Lantern Mail）、meadow（Meadow Foods）、tower（Tower Telecom）。",
    "目的：Decide whom to call in spring。",
    "只允许一个问题：“answer”为“yes”的可能性，依据 2 列（数值 1 列，类别 1 列），不使用其他任何数据。代码和查询语句不会跨越企业边界。",
    "数据与上述各列不符的企业将被拒绝参与。",
    "任何一方都得不到明细数据。每家企业在自己的节点上使用 200 至 50,000 行，数据不离开节点；合计少于 2,000 行时不训练。",
    "每家企业得到联合模型，并在各家留出的 20% 的行上评估。过程中各方和协调方会得知全体数据的合计信息：行数、每个数值列的均值和离散程度、每个类别出现的次数、每一步的梯度和曲率，以及得分的分布。",
    "一家企业得到的增益（仅用自身数据的模型与联合模型的比较）只告知该企业自己，这些数值不离开其节点。",
    "各家合计少于 50 行的类别没有自己的系数。",
    "4 个节点中至少 3 个参与，合计值才能读出；少于 3 家企业时不公布任何结果。第一个合计值读出之后，若有企业中途失联，训练即告结束。",
    "本约定下最多公布 240 个合计值；每个节点自行计数，用完即停。",
    "不添加差分隐私噪声：合计值是精确的。签署方的说明：Sums are exact.",
    "switchboard 运行协调方：它只把加了掩码的向量相加，看不到任何一行数据、任何标识符，除非达到法定数目的节点与其串通，也看不到任何一家企业的数值。",
    "自 2026 年 12 月 1 日 00:00（UTC）起生效，至 2027 年 6 月 30 日 12:00（UTC）终止；此后节点不再应答。",
  ]);
});

test("a charter of trees says what trees tell", () => {
  expect(charterWords(sound(TREES), "en")).toEqual(expect.arrayContaining([
    expect.stringContaining("how many lie in each of a few thousand stretches of a number's range, how often each category occurs, and for each of 150 trees its slopes and weights"),
    "A category with fewer than 50 rows over all companies gets no split of its own.",
  ]));
  expect(charterWords(sound(TREES), "zh-CN")).toEqual(expect.arrayContaining([expect.stringContaining("150 棵树"), "各家合计少于 50 行的类别没有自己的分裂。"]));
});

test.each(["en", "zh-CN"] as const)("in %s a common holdout is named by its digest", (language) => {
  const common = sound(bent("/questions/0/evaluation/holdoutDigest", "ab".repeat(32), bent("/questions/0/evaluation/holdout", "common") as object));
  expect(charterWords(common, language).join("\n")).toContain("abababababab…");
});

test("a charter by which companies publish their gains says to whom, what, and from how many rows on", () => {
  const shared = sound(bent("/questions/0/evaluation/perPartner", "shared"));
  expect(charterWords(shared, "en")).toContain("After a training each company also publishes, to every signer, the coordinator and whoever reads the log, how well a model of its own rows alone and the joint one rank the rows it held out: AUC, KS and gain with intervals, and about how many rows these are. With fewer than 100 of them, or fewer than 20 of a class, it publishes only that it does not.");
  expect(charterWords(shared, "zh-CN").join()).toContain("留出的行少于 100 行，或任一类少于 20 行时，只公布“不予公布”");
  expect(charterWords(sound(bent("/questions/0/evaluation/perPartner", "own")), "en")).toEqual(charterWords(sound(), "en"));
});

test("a purpose that ends with a stop gets no second one", () => {
  expect(charterWords(sound(bent("/purpose", "Call fewer people.")), "en")).toContain("What for: Call fewer people.");
});

test("one number and large counts are written as people write them", () => {
  const feature = SOUND.questions[0]?.features[0];
  const words = charterWords(sound(bent("/questions/0/features", [feature])), "en").join("\n");
  expect(words).toContain("one column (one number, no categories)");
  expect(words).toContain("200 to 50,000 rows");
});
