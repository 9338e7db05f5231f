import { CHUNK_SIZE_BYTES } from "@cohortium/crypto/chunk-root";
import { PARTIES_MAX, ROUNDS_MAX } from "../charter/limits.js";

export { CLAUSE_LENGTH_MAX } from "../charter/limits.js";

/** The one version of envelopes and frames there is. */
export const PROTOCOL_VERSION = 1;

/** A full roster (64 entries and 64 ML-KEM keys) or a full set of boxes stays below half of this; bulk travels as chunks. */
export const ENVELOPE_SIZE_MAX_BYTES = 2 * 1024 * 1024;
/** An envelope, its evidence at most, and room for field headers. grpc-js refuses above 4 MiB by default; we refuse earlier. */
export const FRAME_SIZE_MAX_BYTES = 3 * 1024 * 1024;

/** A chunk is the unit the Merkle root of a bulk is made of, so its size is no choice of the wire. */
export const CHUNK_MAX_BYTES = CHUNK_SIZE_BYTES;
/** 4 GiB of masked words are a billion coordinates; a node that sends more is broken. */
export const CHUNKS_MAX = 4_096;

/** Lists with one item per party: entries, keys, ciphertexts, shares. */
export const PER_PARTY_MAX = PARTIES_MAX;
/** As in the log's tiles, where an entry's length is 16 bits. */
export const ENTRY_MAX_BYTES = 65_535;
/** FIPS 203, table 3: ML-KEM-768. */
export const ML_KEM_KEY_BYTES = 1_184;
export const ML_KEM_CIPHERTEXT_BYTES = 1_088;
/** A Shamir share is as long as the seed it is a share of. */
export const SHARE_BYTES = 32;
/** Two shares a round, and the tag of the seal. */
export const SEALED_MAX_BYTES = 2 * SHARE_BYTES * ROUNDS_MAX + 16;
/** One box a round. */
export const BOXES_MAX = ROUNDS_MAX;
/** A name of 32 and a seed of 32 bytes for each of 64 parties are 4 KiB; twice that leaves room for the seal. */
export const BOX_MAX_BYTES = 8 * 1024;

/** Models of `FEATURES_MAX` columns with all categories, ensembles of trees, networks, and evaluations of fine histograms, stay below. */
export const JSON_MAX_BYTES = 1024 * 1024;
/** Our documents are five levels deep; canonical JSON ends at 64, and an event wraps what it carries in a few levels more. */
export const JSON_DEPTH_MAX = 32;

/** A checkpoint under 128 signatures is some 20 KiB. In UTF-16 units. */
export const CHECKPOINT_LENGTH_MAX = 64 * 1024;
/** No message cites more entries than one per party and its own. */
export const EVIDENCE_ITEMS_MAX = 128;
/** A tree of 2^53 leaves is 53 high. */
export const PROOF_LENGTH_MAX = 54;
export const HASH_BYTES = 32;
/** One line of a signed note, with room for a post-quantum signature. In UTF-16 units. */
export const COSIGNATURE_LENGTH_MAX = 8 * 1024;
/** A refusal is a code and a few counts. In UTF-16 units. */
export const REFUSAL_DETAIL_LENGTH_MAX = 500;
