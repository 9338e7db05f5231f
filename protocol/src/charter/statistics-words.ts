import type { QueryKind, StatisticsClause } from "./statistics-clause.js";
import type { Aggregation, NoisySums, Privacy } from "./charter.js";
import { grouped } from "./sentences.js";

const KINDS_ENGLISH: Readonly<Record<QueryKind, string>> = {
  profile: "how a cohort differs from all rows", histogram: "how a measure is spread", quantiles: "a measure's quantiles", categories: "how often each word of a column occurs",
  words: "which words that nobody listed many rows hold",
  rfm: "recency, frequency and monetary value in fifths", experiment: "how the arms of a test compare", drift: "how a column is distributed, absent values included",
};

const KINDS_CHINESE: Readonly<Record<QueryKind, string>> = {
  profile: "某一人群与全体的差异", histogram: "数值的分布", quantiles: "数值的分位数", categories: "某列各词出现的次数", words: "未列出的词中哪些见于许多行",
  rfm: "最近一次消费、消费频率和消费金额的五等分", experiment: "试验各组的比较", drift: "某列的分布（含缺值）",
};

/** What signers should know of statistics: what may be asked of which columns, of whose rows. `alone`: there are no trainings beside. */
export function statisticsEnglish(clause: StatisticsClause, alone: boolean): string {
  const { kinds, features, consent } = clause;
  const columns = features.map(({ name }) => name).join(", ");
  const agreed = consent === undefined ? "All rows take part: no column says who agreed."
    : `Only rows whose "${consent.column}" is ${consent.granted.map((word) => `"${word}"`).join(" or ")} take part.`;
  return `${alone ? "They allow" : "Beside that they allow"} statistics of the rows, and of these kinds alone: ${kinds.map((kind) => KINDS_ENGLISH[kind]).join("; ")}. They rest on these columns: ${columns}.${openEnglish(clause)} Every question stands in the log before anybody answers it; no code crosses a company's border. ${agreed}`;
}

export function statisticsChinese(clause: StatisticsClause, alone: boolean): string {
  const { kinds, features, consent } = clause;
  const agreed = consent === undefined ? "全部行都参与统计：没有列表明谁已同意。" : `只有“${consent.column}”为${consent.granted.map((word) => `“${word}”`).join("或")}的行参与统计。`;
  return `${alone ? "允许" : "此外允许"}对数据作统计，且仅限以下几类：${kinds.map((kind) => KINDS_CHINESE[kind]).join("；")}。所用的列：${features.map(({ name }) => name).join("、")}。${openChinese(clause)}每个问题都在任何一方作答之前记入日志；代码不会跨越企业边界。${agreed}`;
}

function openEnglish({ open = [], kinds }: Pick<StatisticsClause, "open" | "kinds">): string {
  if (open.length === 0) return "";
  const names = open.map(({ name, lengthMax }) => `${name} (to ${lengthMax} characters)`).join(", ");
  return ` Of these columns nobody has listed the words, and those that enough rows of all companies together hold are spelled out to everybody, character by character, in noisy sums: ${names}.${kinds.includes("categories") ? " A question may also count any word of these columns that whoever asks writes down, a person's name too, whether or not it was found before; the count carries noise." : ""}`;
}

function openChinese({ open = [], kinds }: Pick<StatisticsClause, "open" | "kinds">): string {
  if (open.length === 0) return "";
  return `以下各列的词没有列出：${open.map(({ name, lengthMax }) => `${name}（至多 ${lengthMax} 个字符）`).join("、")}；各企业的行合起来足够多的词，将通过加噪声的合计值逐个字符地拼出，并告知各方。${kinds.includes("categories") ? "提问者还可以对这些列中自己写出的任何词提问计数，包括人名，不论该词此前是否已被找出；计数加有噪声。" : ""}`;
}

/** Who receives what of an answer, and whom the sums it is read off from may tell about. */
export function answersEnglish({ exactCohorts }: StatisticsClause, { mechanism }: Privacy): string {
  const sums = "Every company and the coordinator receive each answer. The sums that it is read off from are seen by the coordinator and by whoever is given the uploads to audit. They are over rows that share a word, or that the question picks out by words: if one company alone has such rows, they are that company's sums";
  if (mechanism === "discrete-gaussian") return `${sums}, with noise that hides single rows and no company.`;
  return `${sums}, and if one person alone, that person's numbers, exactly. ${exactCohorts === "allowed"
    ? "A question may pick out any rows by their words, one person's too." : "A question may not pick out rows; it may still count them word by word, and compare the arms of a test."}`;
}

export function answersChinese({ exactCohorts }: StatisticsClause, { mechanism }: Privacy): string {
  const sums = "每家企业和协调方得到每个答复。据以得出答复的合计值，由协调方以及为审计而得到上传数据的人看到。合计的是含有同一个词的行，或问题按词选定的行：若只有一家企业有这样的行，合计值就是该企业自己的数值";
  if (mechanism === "discrete-gaussian") return `${sums}，加有噪声；噪声能掩盖单独一行，不能掩盖一家企业。`;
  return `${sums}；若只有一个人，就是该人的精确数值。${exactCohorts === "allowed" ? "问题可以按词选定任意的行，包括只涉及一个人的行。" : "问题不得选定一部分行，但仍可按词计数，并比较试验各组。"}`;
}

/** What is not shown, and who counts as one. */
export function withheldEnglish({ cellRows }: StatisticsClause): string {
  return `A cell over fewer than ${grouped(cellRows)} rows is withheld, and so is what it would follow from; a company may ask for more rows. This is how answers are shown, not what protects: a row counts as one person, and who stands in several rows, or at several companies, counts several times.`;
}

export function withheldChinese({ cellRows }: StatisticsClause): string {
  return `少于 ${grouped(cellRows)} 行的单元格不予显示，能据以推算它的数值也不予显示；企业可以要求更多的行数。这只是显示的规则，并非保护的手段：一行算作一个人，在多行中或在多家企业出现的人按多人计。`;
}

/** Where each company's noise is enough by itself, the promise holds towards all others together: local differential privacy of each company's rows. */
const isLocal = (quorum: number, { colluders }: NoisySums): boolean => quorum - colluders === 1;

export function noiseEnglish(privacy: NoisySums, quorum: number, scheme: Aggregation["scheme"]): string {
  const { note, budget: { epsilon, delta } } = privacy;
  const added = isLocal(quorum, privacy) ? "Every company adds noise to every sum, as much as its own rows need" : "Every company adds its share of random noise to every sum";
  const bare = scheme === "encrypted" ? " A company whose node departs from the protocol could bring out what another one sent, under that one's share of the noise alone." : "";
  const last = isLocal(quorum, privacy) ? "A node that adds none leaves its own rows unprotected." : `A node that does not add its share weakens that.${bare}`;
  return `${added}. ${towardsEnglish(quorum, privacy)}, all answers under this charter together tell whether any one row is there by ε = ${epsilon} at most, except with a probability of δ = ${delta}. ${last} In the signers' words: ${note}`;
}

function towardsEnglish(quorum: number, privacy: NoisySums): string {
  if (isLocal(quorum, privacy)) return "Even if all other companies tell what they added";
  switch (privacy.colluders) {
    case 0: return "As long as no company tells or uses what it knows of the noise it added";
    case 1: return "Even if one company that helps tells what it added";
    default: return `Even if ${grouped(privacy.colluders)} companies that help tell what they added`;
  }
}

export function noiseChinese(privacy: NoisySums, quorum: number, scheme: Aggregation["scheme"]): string {
  const { note, colluders, budget: { epsilon, delta } } = privacy;
  const towards = colluders === 0 ? "前提是各企业都不透露、也不利用自己的那一份" : `即使有 ${grouped(colluders)} 家参与者透露自己的那一份`;
  const bare = scheme === "encrypted" ? "若有企业的节点不遵守协议，就可能使另一家企业发送的数值泄露，其上只有后者自己的那一份噪声。" : "";
  const [added, last] = isLocal(quorum, privacy)
    ? [`每家企业在每个合计值中加入足以保护自身数据的随机噪声；即使其他企业全部透露自己的噪声`, "不加入噪声的节点，其自身的数据得不到保护。"]
    : [`每家企业在每个合计值中加入自己的一份随机噪声；${towards}`, `不加入噪声的节点会削弱这一保证。${bare}`];
  return `${added}：本约定下全部答复合起来，对任何一行是否存在的泄露不超过 ε = ${epsilon}，例外的概率为 δ = ${delta}。${last}签署方的说明：${note}`;
}

/** How much of the budget lies aside, as part of a sentence. */
export function reserveEnglish({ budget: { epsilon, reserveShare } }: NoisySums): string {
  return `The answers may cost ε = ${epsilon} together${reserveShare === 0 ? "" : `, ${Number((reserveShare * 100).toFixed(2))} % of it only at nodes whose owners open the reserve`}; what is spent does not come back.`;
}

export function reserveChinese({ budget: { epsilon, reserveShare } }: NoisySums): string {
  return `隐私预算共 ε = ${epsilon}${reserveShare === 0 ? "" : `，其中 ${Number((reserveShare * 100).toFixed(2))}% 为储备，仅当节点的所有者启用时才可使用`}；用去的不再恢复。`;
}
