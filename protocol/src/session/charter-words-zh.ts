import type { ModelClause } from "../training/clauses.js";
import { grouped, type Sentences } from "./charter-sentences.js";

export const CHINESE: Sentences = {
  parties: ({ parties, name }) => `${parties.length} 家企业签署“${name}”：${parties.map((party) => `${party.name}（${party.organisation}）`).join("、")}。`,
  purpose: ({ purpose }) => `目的：${purpose}${/[。.！!？?]$/.test(purpose) ? "" : "。"}`,
  question: ({ questions }) => questions.map(({ label, features }) => {
    const numbers = features.filter((feature) => feature.kind === "numeric").length;
    return `只允许一个问题：“${label.name}”为“${label.positive}”的可能性，依据 ${features.length} 列（数值 ${numbers} 列，类别 ${features.length - numbers} 列），不使用其他任何数据。代码和查询语句不会跨越企业边界。`;
  }).join(""),
  rows: ({ rows }) =>
    `任何一方都得不到明细数据。每家企业在自己的节点上使用 ${grouped(rows.perPartyMin)} 至 ${grouped(rows.perPartyMax)} 行，数据不离开节点；合计少于 ${grouped(rows.jointMin)} 行时不训练。`,
  released: ({ questions }) => {
    const measured = questions.map(({ evaluation: { holdout, holdoutShare, holdoutDigest = "" } }) => (holdout === "own"
      ? `各家留出的 ${Number((holdoutShare * 100).toFixed(2))}% 的行`
      : `摘要为 ${holdoutDigest.slice(0, 12)}… 的文件`));
    return `每家企业得到联合模型，并在${measured.join("和")}上评估。过程中各方和协调方会得知全体数据的合计信息：${questions.map(({ model }) => learned(model)).join("；")}，以及得分的分布。`;
  },
  categories: ({ thresholds, questions }) => `各家合计少于 ${grouped(thresholds.categoryRows)} 行的类别没有自己的${questions.some(({ model }) => model.kind === "trees") ? "分裂" : "系数"}。`,
  quorum: ({ quorum, parties, minimumParties, aggregation }) =>
    `${parties.length} 个节点中至少 ${quorum} 个参与，合计值才能读出；少于 ${minimumParties} 家企业时不公布任何结果。${aggregation.dropouts === "end"
      ? "第一个合计值读出之后，若有企业中途失联，训练即告结束。"
      : "若有企业中途失联，训练在没有它的情况下继续；比较前后合计值的人会得知该企业数据的信息。"}`,
  budget: ({ privacy }) => `本约定下最多公布 ${grouped(privacy.budget.releasesMax)} 个合计值；每个节点自行计数，用完即停。`,
  noise: ({ privacy }) => `不添加差分隐私噪声：合计值是精确的。签署方的说明：${privacy.note}`,
  operator: ({ operator }) => `${operator.name} 运行协调方：它只把加了掩码的向量相加，看不到任何一行数据、任何标识符，除非达到法定数目的节点与其串通，也看不到任何一家企业的数值。`,
  period: ({ notBefore, expires }) => `自 ${moment(notBefore)}起生效，至 ${moment(expires)}终止；此后节点不再应答。`,
};

function learned(model: ModelClause): string {
  switch (model.kind) {
    case "logistic": return "行数、每个数值列的均值和离散程度、每个类别出现的次数、每一步的梯度和曲率";
    case "trees":
      return `各类别标签的行数、每个数值列取值范围内数千个区间各有多少行、每个类别出现的次数，以及 ${grouped(model.trees)} 棵树中每个节点在每一列每个分箱内的梯度与权重之和（在第一棵树中即为行数）`;
  }
}

function moment(instant: string): string {
  const [year = "", month = "", date = ""] = instant.slice(0, 10).split("-");
  return `${year} 年 ${Number(month)} 月 ${Number(date)} 日 ${instant.slice(11, 16)}（UTC）`;
}
