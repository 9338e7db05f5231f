import { pointer, type Problem } from "./clauses.js";
import { HALVES_PER_ROUND_MAX } from "./limits.js";
import type { Sections } from "./shape.js";
import { ciphertextsOfTraining } from "./sum-size.js";

/** What encrypted sums ask of a charter beyond what masked ones do. */
export function encryptedProblems(sections: Sections): readonly Problem[] {
  if (sections.aggregation?.scheme !== "encrypted") return [];
  return [...quorum(sections), ...dropouts(sections), ...size(sections)];
}

function quorum({ parties, quorum: asked }: Sections): readonly Problem[] {
  // One beyond the parties is reported already.
  if (parties === undefined || asked === undefined || asked >= parties.length) return [];
  return [{
    clause: "aggregation.encrypted-quorum", path: "/quorum",
    says: `a quorum of ${asked} cannot open what all ${parties.length} parties encrypted`, fix: `write ${parties.length}`,
  }];
}

function dropouts({ aggregation }: Sections): readonly Problem[] {
  if (aggregation?.dropouts !== "continue") return [];
  return [{
    clause: "aggregation.encrypted-dropouts", path: "/aggregation/dropouts",
    says: "nobody's part of the key can be done without", fix: "write end, or sum under masks",
  }];
}

/** Every node gets half of every other node's ciphertexts, in every round. */
function size({ parties, questions }: Sections): readonly Problem[] {
  const most = Math.floor(HALVES_PER_ROUND_MAX / Math.max(1, parties?.length ?? 1));
  return (questions ?? []).flatMap((question, i): readonly Problem[] => {
    const needed = ciphertextsOfTraining(question);
    if (needed <= most) return [];
    return [{
      clause: "aggregation.encrypted-size", path: pointer("questions", i),
      says: `its longest sum takes ${needed} ciphertexts of each party, and with so many parties ${most} are the most`,
      fix: "use fewer columns or categories, found a smaller circle, or sum under masks",
    }];
  });
}
