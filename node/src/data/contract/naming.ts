/** Words in names of columns, and what they tell. English and Chinese, the languages of the first feeds. */

const SNAKE_CASE = /^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/;

export function isSnakeCase(name: string): boolean {
  return SNAKE_CASE.test(name);
}

/** The name in snake_case: `InvoiceNo` is `invoice_no`, `emp.var.rate` is `emp_var_rate`. One in another script stays as it is. */
export function snakeCase(name: string): string {
  const plain = name.normalize("NFKD").replace(/\p{M}/gu, "").replaceAll("ß", "ss");
  const snake = wordsIn(plain).join("_");
  if (snake === "" || /[^\p{ASCII}]/u.test(plain)) return name;
  return /^[a-z]/.test(snake) ? snake : `c_${snake}`;
}

/** Lower-case words of a name, split at case and at signs. */
export function wordsIn(name: string): readonly string[] {
  const split = name.replace(/([a-z0-9])([A-Z])/g, "$1 $2").replace(/([A-Z]+)([A-Z][a-z])/g, "$1 $2");
  return split.toLowerCase().split(/[^a-z0-9]+/).filter((word) => word !== "");
}

/** Words that a query in one of the databases we read cannot use unquoted; and the name of the model's own column. */
const RESERVED = words(
  "all analyse analyze and any array as asc between both by case cast check collate column constraint create cross current_date current_time",
  "current_timestamp current_user default delete desc describe distinct drop else end except exists false fetch for foreign from full grant",
  "group having in index inner insert intercept intersect interval into is join key lateral leading left like limit lock natural not null",
  "offset on or order outer primary references right rank row rows select set show some summarize table then to trailing true union unique",
  "update user using values when where window with",
);

export function isReserved(name: string): boolean {
  return RESERVED.has(name.toLowerCase());
}

const PERSONS = words("customer client user member person patient account household device cookie visitor subscriber employee cust open union");
const NUMBER_WORDS = words("id ids no nr number key uuid guid hash name code");
const NAME_PARTS = words("first last full given family");
const IDENTIFIERS = words(
  "mail email phone mobile msisdn tel telephone imei imsi idfa gaid oaid maid iban passport ssn surname firstname lastname username street address wechat openid unionid",
);
const IDENTIFIERS_CJK = /手机|电话|邮箱|身份证|护照|姓名|地址|银行卡|账号|微信/;

/** Whether the name says that its values lead to one person. */
export function namesIdentifier(name: string): boolean {
  const parts = wordsIn(name);
  const ofPerson = parts.some((word, i) => PERSONS.has(word) && NUMBER_WORDS.has(parts[i + 1] ?? ""));
  const personalName = parts.some((word, i) => NAME_PARTS.has(word) && parts[i + 1] === "name");
  return ofPerson || personalName || parts.some((word) => IDENTIFIERS.has(word)) || IDENTIFIERS_CJK.test(name);
}

const SENSITIVE = words(
  "health medical medication diagnosis diagnoses disease disability illness pregnant pregnancy religion religious ethnic ethnicity race racial sexual orientation",
  "politics political criminal conviction biometric genetic genome",
);
const SENSITIVE_CJK = /健康|疾病|病史|医疗|宗教|民族|种族|性取向|政治|犯罪|残疾|基因|生物识别/;

/** Whether the name is about what the law protects in particular (GDPR Art. 9, PIPL Art. 28). */
export function namesSensitive(name: string): boolean {
  return wordsIn(name).some((word) => SENSITIVE.has(word)) || SENSITIVE_CJK.test(name);
}

const QUASI = words(
  "age birth birthday birthdate dob gender sex zip zipcode postcode postal city region country province job occupation profession education marital marriage income salary",
);
const QUASI_CJK = /年龄|生日|性别|邮编|城市|地区|省份|国家|职业|学历|婚姻|收入/;

/** Whether the name is of those that together single out a person. */
export function namesQuasiIdentifier(name: string): boolean {
  return wordsIn(name).some((word) => QUASI.has(word)) || QUASI_CJK.test(name);
}

/** Whether a name is one that an identifier should have. */
export function isIdentifierName(name: string): boolean {
  const last = wordsIn(name).at(-1) ?? "";
  return NUMBER_WORDS.has(last) || last === "token" || namesIdentifier(name);
}

/** Last words that say a unit. A unit that is not here is asked for as it is written. */
const UNIT_WORDS: Readonly<Record<string, readonly string[]>> = {
  years: ["years", "year", "yrs", "age"], months: ["months"], weeks: ["weeks"], days: ["days"], hours: ["hours", "h"], minutes: ["minutes", "min"],
  seconds: ["seconds", "s", "sec"], milliseconds: ["milliseconds", "ms"], "%": ["percent", "pct", "rate", "share"], percent: ["percent", "pct", "rate", "share"],
  pieces: ["pieces", "quantity", "qty", "count"], km: ["km"], m: ["m", "metres", "meters"],
};

/** The unit that a name says by its last word, or null. */
export function unitInName(name: string): string | null {
  const last = wordsIn(name).at(-1) ?? "";
  const known = Object.entries(UNIT_WORDS).find(([unit, names]) => unit !== "%" && names.includes(last));
  if (known !== undefined) return known[0];
  return CURRENCIES.find((code) => code.toLowerCase() === last) ?? null;
}

/** Whether the name's last words are the unit's, or the unit has none, as a plain number. */
export function endsInUnit(name: string, unit: string): boolean {
  const parts = wordsIn(name).join("_");
  const asked = Object.hasOwn(UNIT_WORDS, unit.toLowerCase()) ? UNIT_WORDS[unit.toLowerCase()] ?? [] : [wordsIn(unit).join("_")];
  return unit === "1" || asked.some((word) => word === "" || parts === word || parts.endsWith(`_${word}`));
}

const CURRENCIES = ["EUR", "USD", "GBP", "CNY", "JPY", "CHF", "HKD", "SGD", "TWD"];

function words(...lists: readonly string[]): ReadonlySet<string> {
  return new Set(lists.flatMap((list) => list.split(" ")));
}
