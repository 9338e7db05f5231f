import type { ModelClause } from "./model-clauses.js";
import type { Charter } from "./charter.js";
import { columnsIn } from "./columns.js";
import { SHARED_CLASS_ROWS_MIN, SHARED_ROWS_MIN } from "./limits.js";
import { networkLearnedChinese } from "./network-words.js";
import { exceptions, grouped, type Sentences } from "./sentences.js";
import { answersChinese, noiseChinese, reserveChinese, statisticsChinese, withheldChinese } from "./statistics-words.js";

export const CHINESE: Sentences = {
  parties: ({ parties, name, consortium }) => `${consortium} 的 ${parties.length} 家企业签署“${name}”：${parties.map((party) => `${party.name}（${party.organisation}）`).join("、")}。`,
  purpose: ({ purpose }) => `目的：${purpose}${/[。.！!？?]$/.test(purpose) ? "" : "。"}`,
  question: ({ questions, statistics }) => questions.map(({ label, features }) => {
    const numbers = features.filter(({ kind }) => kind === "numeric" || kind === "log").length;
    return `只允许一个${statistics === undefined ? "问题" : "训练"}：“${label.name}”为“${label.positive}”的可能性，依据 ${features.length} 列（数值 ${numbers} 列，类别 ${features.length - numbers} 列），不使用其他任何数据。代码和查询语句不会跨越企业边界。`;
  }).join(""),
  statistics: ({ questions, statistics }) => (statistics === undefined ? "" : statisticsChinese(statistics, questions.length === 0)),
  columns: (charter) => ["数据与上述各列不符的企业将被拒绝参与。", ...columnsIn(charter).flatMap(({ features, transactions }) => [
    ...exceptions(features).map(({ names, how }) => ({
      clip: `${names.join("、")} 超出界限的值按最近的界限计。`,
      otherwise: `${names.join("、")} 中未列出的词按约定的“其他”类别计。`,
      indicate: `${names.join("、")} 可以缺值，缺值本身也作为信息使用，合计值会显示缺值的次数。`,
      hash: `${names.join("、")} 以哈希编号参与，哈希不起任何隐藏作用。`,
    })[how]),
    ...(transactions === undefined ? [] : [
      `${transactions.windows.map(({ name }) => name).join("、")} 取自各家企业自己在 ${date(transactions.before)}之前的交易；用于关联的“${transactions.key}”列不离开节点。`,
    ]),
  ])].join(""),
  rows: ({ rows, questions }) =>
    `任何一方都得不到明细数据。每家企业在自己的节点上使用 ${grouped(rows.perPartyMin)} 至 ${grouped(rows.perPartyMax)} 行，数据不离开节点${questions.length === 0 ? "" : `；合计少于 ${grouped(rows.jointMin)} 行时不训练`}。`,
  released: ({ questions, statistics, privacy }) => {
    const answers = statistics === undefined ? "" : answersChinese(statistics, privacy);
    if (questions.length === 0) return answers;
    const measured = questions.map(({ evaluation: { holdout, holdoutShare, holdoutDigest = "" } }) => (holdout === "own"
      ? `各家留出的 ${Number((holdoutShare * 100).toFixed(2))}% 的行`
      : `摘要为 ${holdoutDigest.slice(0, 12)}… 的文件`));
    return `每家企业得到联合模型，并在${measured.join("和")}上评估。过程中各方和协调方会得知全体数据的合计信息：${questions.map(({ model }) => learned(model)).join("；")}，以及得分的分布。${questions.some(({ evaluation }) => evaluation.leaveOneOut === "allowed") ? LEFT_OUT : ""}${answers}`;
  },
  gains: ({ questions }) => (questions.length === 0 ? "" : questions.some(({ evaluation }) => evaluation.perPartner === "shared")
    ? `每次训练之后，每家企业还向各签署方、协调方和能查阅日志的人公布：仅用自身数据的模型与联合模型在其留出的行上的排序能力（AUC、KS、增益及置信区间）以及这些行的大致数目。留出的行少于 ${grouped(SHARED_ROWS_MIN)} 行，或任一类少于 ${grouped(SHARED_CLASS_ROWS_MIN)} 行时，只公布“不予公布”。`
    : "一家企业得到的增益（仅用自身数据的模型与联合模型的比较）只告知该企业自己，这些数值不离开其节点。"),
  categories: ({ thresholds, questions }) => (questions.length === 0 ? "" : `各家合计少于 ${grouped(thresholds.categoryRows)} 行的类别没有自己的${questions.some(({ model }) => model.kind === "trees") ? "分裂" : "系数"}。`),
  withheld: ({ statistics }) => (statistics === undefined ? "" : withheldChinese(statistics)),
  quorum: (charter) => {
    const { quorum, parties, minimumParties, aggregation } = charter;
    return aggregation.scheme === "encrypted"
      ? `${parties.length} 个节点全部参与，合计值才能读出。若有企业中途失联，${sessionOf(charter)}即告结束。`
      : `${parties.length} 个节点中至少 ${quorum} 个参与，合计值才能读出；少于 ${minimumParties} 家企业时不公布任何结果。${aggregation.dropouts === "end"
        ? `第一个合计值读出之后，若有企业中途失联，${sessionOf(charter)}即告结束。`
        : `若有企业中途失联，${sessionOf(charter)}在没有它的情况下继续；比较前后合计值的人会得知该企业数据的信息。`}`;
  },
  budget: ({ privacy }) => `本约定下最多公布 ${grouped(privacy.budget.releasesMax)} 个合计值；每个节点自行计数，用完即停。${privacy.mechanism === "none" ? "" : reserveChinese(privacy)}`,
  noise: ({ privacy, quorum, aggregation }) => (privacy.mechanism === "none" ? `不添加差分隐私噪声：合计值是精确的。签署方的说明：${privacy.note}` : noiseChinese(privacy, quorum, aggregation.scheme)),
  operator: ({ operator, aggregation }) => (aggregation.scheme === "encrypted"
    ? `${operator.name} 运行协调方：它只把加密的向量相加，看不到任何一行数据、任何标识符；只要所有节点都遵守协议，也看不到任何一家企业的数值。若有企业的节点发送畸形密文，就可能使其他企业加密的数值泄露；加掩码的求和能够抵御这种攻击。`
    : `${operator.name} 运行协调方：它只把加了掩码的向量相加，看不到任何一行数据、任何标识符，除非达到法定数目的节点与其串通，也看不到任何一家企业的数值。`),
  period: ({ notBefore, expires }) => `自 ${moment(notBefore)}起生效，至 ${moment(expires)}终止；此后节点不再应答。`,
};

function sessionOf({ questions, statistics }: Charter): string {
  if (statistics === undefined) return "训练";
  return questions.length === 0 ? "答复" : "训练或答复";
}

const LEFT_OUT = "允许在不含某一家企业的情况下重新训练，以了解该企业的贡献：比较两次训练的人会由此得知该企业自己的、原本只能得知合计的数值。若先后有多家企业被排除，某一企业与协调方合作，还能推算出从未被排除的企业的数值。";
const MOMENTS = "行数、每个数值列的均值和离散程度、每个类别出现的次数";

function learned(model: ModelClause): string {
  switch (model.kind) {
    case "logistic": return `${MOMENTS}、每一步的梯度和曲率${model.privacy === undefined ? "" : "，均带有噪声"}`;
    case "trees":
      if (model.privacy !== undefined) return `各类别标签的行数、每个类别出现的次数，以及 ${grouped(model.trees)} 棵树中每个节点在所用各列每个分箱内和每个叶子内的梯度与权重之和，均带有噪声`;
      return `各类别标签的行数、每个数值列取值范围内数千个区间各有多少行、每个类别出现的次数，以及 ${grouped(model.trees)} 棵树中每个节点在每一列每个分箱内的梯度与权重之和（在第一棵树中即为行数）`;
    case "network": return `${MOMENTS}、${networkLearnedChinese(model)}`;
  }
}

function moment(instant: string): string {
  return `${date(instant)}${instant.slice(11, 16)}（UTC）`;
}

function date(instant: string): string {
  const [year = "", month = "", day = ""] = instant.slice(0, 10).split("-");
  return `${year} 年 ${Number(month)} 月 ${Number(day)} 日 `;
}
