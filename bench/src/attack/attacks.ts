import { averaging } from "./averaging.js";
import { canaryAudit } from "./canaries.js";
import { differencing } from "./differencing.js";
import { lowBits } from "./low-bits.js";
import { membership } from "./membership.js";
import { overspending } from "./overspending.js";
import { reconstruction } from "./reconstruction.js";
import { restart } from "./restart.js";
import { spelling } from "./spelling.js";
import type { Attack } from "./verdict.js";

/** By the name that `npm run attack` knows them by. */
export const ATTACKS: Readonly<Record<string, Attack>> = {
  differencing, averaging, reconstruction, "low-bits": lowBits, canaries: canaryAudit, membership, overspending, restart, spelling,
};
