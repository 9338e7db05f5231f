/** Which 32 bytes we take for an Ed25519 public key, alike in Node and in a browser. */
import { equalBytes, fromHex } from "./bytes.js";

/**
 * False for another length, for a second spelling of a point, y >= 2^255 - 19 (RFC 8032 §5.1.3), and for the eight points of small order, under
 * which one signature fits many messages. Libraries disagree on both, even OpenSSL from build to build, and would then disagree about the same log.
 */
export function isEd25519Key(publicKey: Uint8Array): boolean {
  if (publicKey.length !== 32) return false;
  const y = publicKey.slice();
  y[31] = (y[31] ?? 0) & 0x7f;
  return !isBeyondField(y) && !SMALL_ORDER_Y.some((small) => equalBytes(small, y));
}

/** p = 2^255 - 19 is ed, then ff, then 7f; what is as long and not below it differs in the first byte alone. */
function isBeyondField(y: Uint8Array): boolean {
  return y[31] === 0x7f && y.subarray(1, 31).every((byte) => byte === 0xff) && (y[0] ?? 0) >= 0xed;
}

/** y of the points of order 1, 2, 4 and 8, little-endian; the sign of x is masked away, so five values stand for all eight. */
const SMALL_ORDER_Y = [
  "0100000000000000000000000000000000000000000000000000000000000000",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "0000000000000000000000000000000000000000000000000000000000000000",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
].map(fromHex);
