/** Key material on loan: it can be used and wiped, but not printed, spread or serialised. */
export class Secret {
  readonly #bytes: Uint8Array;
  #wiped = false;

  /** Takes `bytes` over; whoever made them keeps no copy. */
  constructor(bytes: Uint8Array) { this.#bytes = bytes; }

  /** `use` MUST NOT keep what it is lent. @throws Error after `wipe`: zeros would pass for a key. */
  lend<T>(use: (bytes: Uint8Array) => T): T {
    if (this.#wiped) throw new Error("a wiped secret cannot be lent");
    return use(this.#bytes);
  }

  /** Overwrites the bytes. Copies the engine or a callee made are beyond our reach. */
  wipe(): void {
    this.#bytes.fill(0);
    this.#wiped = true;
  }

  toString(): string { return "[secret]"; }
  toJSON(): string { return "[secret]"; }
  /** What `console` and `util.inspect` call. */
  [Symbol.for("nodejs.util.inspect.custom")](): string { return "[secret]"; }
}
