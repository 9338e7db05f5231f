import { fromBase64 } from "@cohortium/crypto/bytes";
import type { Json } from "@cohortium/crypto/canonical-json";

/** A body that can be trusted to have its shape, or everything that is wrong with it. */
export type Parsed<T> = { readonly ok: true; readonly body: T } | { readonly ok: false; readonly problems: readonly string[] };

/** Reads the members of one JSON object and collects every problem, so that an auditor sees all of them at once. Further members are allowed. */
export class BodyReader {
  readonly #source: { readonly [member: string]: Json };
  readonly #problems: string[];
  readonly #path: string;

  constructor(source: Json | undefined, path = "", problems: string[] = []) {
    this.#path = path;
    this.#problems = problems;
    this.#source = isObject(source) ? source : {};
    if (!isObject(source)) problems.push(`${path === "" ? "the body" : path} is not an object`);
  }

  text(member: string): string {
    const value = this.#own(member);
    return typeof value === "string" && value !== "" ? value : this.#wrong(member, "a text", "");
  }

  /** 64 lower-case hex digits. */
  digest(member: string): string {
    return this.#digest(member, this.#own(member));
  }

  digests(member: string): readonly string[] {
    return this.#list(member).map((value, i) => this.#digest(`${member}[${i}]`, value));
  }

  /** Base64 of 32 bytes. */
  key(member: string): Uint8Array {
    return this.#key(member, this.#own(member));
  }

  optionalKey(member: string): Uint8Array | null {
    return (this.#own(member) ?? null) === null ? null : this.key(member);
  }

  /** A whole number, 0 or more. */
  count(member: string): number {
    const value = this.#own(member);
    return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : this.#wrong(member, "a count", 0);
  }

  ring(member: string): 32 | 64 {
    const value = this.#own(member);
    return value === 32 || value === 64 ? value : this.#wrong(member, "32 or 64", 32);
  }

  /** Names of parties, in the order given, none twice. */
  names(member: string): readonly string[] {
    const names = this.#list(member).filter((name) => typeof name === "string");
    const isProper = names.length === this.#list(member).length && new Set(names).size === names.length && !names.includes("");
    return isProper ? names : this.#wrong(member, "a list of different names", []);
  }

  /** Empty where the member is absent or no text. */
  optionalText(member: string): string {
    const value = this.#own(member);
    return typeof value === "string" ? value : "";
  }

  has(member: string): boolean {
    return this.#own(member) !== undefined;
  }

  /** What must not be there beside something else. */
  nothing(member: string): void {
    const problem = `${this.#pathOf(member)} does not belong here`;
    if (this.has(member) && !this.#problems.includes(problem)) this.#problems.push(problem);
  }

  optionalObject(member: string): BodyReader {
    const value = this.#own(member);
    return new BodyReader(isObject(value) ? value : {}, this.#pathOf(member), this.#problems);
  }

  objects(member: string): readonly BodyReader[] {
    return this.#list(member).map((item, i) => new BodyReader(item, `${this.#pathOf(member)}[${i}]`, this.#problems));
  }

  object(member: string): BodyReader {
    return new BodyReader(this.#own(member), this.#pathOf(member), this.#problems);
  }

  json(member: string): Json {
    return this.#own(member) ?? this.#wrong(member, "a value", null);
  }

  digestsByName(): ReadonlyMap<string, string> {
    return new Map(Object.entries(this.#source).map(([name, value]) => [name, this.#digest(name, value)]));
  }

  keysByName(): ReadonlyMap<string, Uint8Array> {
    return new Map(Object.entries(this.#source).map(([name, value]) => [name, this.#key(name, value)]));
  }

  objectsByName(): ReadonlyMap<string, BodyReader> {
    return new Map(Object.keys(this.#source).map((name) => [name, this.object(name)]));
  }

  /** `body`, if nothing was wrong with anything that was read. */
  finish<T>(body: T): Parsed<T> {
    return this.#problems.length === 0 ? { ok: true, body } : { ok: false, problems: this.#problems };
  }

  #own(member: string): Json | undefined {
    return Object.hasOwn(this.#source, member) ? this.#source[member] : undefined;
  }

  #list(member: string): readonly Json[] {
    const value = this.#own(member);
    return isList(value) ? value : this.#wrong(member, "a list", []);
  }

  #digest(member: string, value: Json | undefined): string {
    return typeof value === "string" && /^[0-9a-f]{64}$/.test(value) ? value : this.#wrong(member, "64 hex digits", "");
  }

  #key(member: string, value: Json | undefined): Uint8Array {
    const isKey = typeof value === "string" && /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/.test(value);
    return isKey ? fromBase64(value) : this.#wrong(member, "base64 of 32 bytes", new Uint8Array());
  }

  #wrong<T>(member: string, expected: string, instead: T): T {
    const problem = `${this.#pathOf(member)} is not ${expected}`;
    if (!this.#problems.includes(problem)) this.#problems.push(problem);
    return instead;
  }

  #pathOf(member: string): string {
    return this.#path === "" ? member : `${this.#path}.${member}`;
  }
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

function isObject(value: Json | undefined): value is { readonly [member: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
