import { describe, expect, test } from "@jest/globals";
import { explain, FAULTS, meaningOf, type FaultCode } from "../../src/session/fault.js";

describe("a fault in words", () => {
  test("of a node that refused is that node's own: its rule, its side, its remedy", () => {
    const says = explain({ code: "NODE_REFUSED", detail: { heard: 2, needed: 3, party: "mill", refusal: "DATA_REFUSED", clause: "DATA_FILE_MISSING" } });
    expect(says).toContain("NODE_REFUSED: mill refused with DATA_REFUSED (DATA_FILE_MISSING): a node's rows do not fit the charter (heard 2, needed 3); side: data");
    expect(says).toContain(FAULTS.DATA_REFUSED.fix);
  });

  test("of any other says its code, counts, side and remedy", () => {
    expect(explain({ code: "AGGREGATION_TOO_FEW", detail: { heard: 2, needed: 3 } }))
      .toBe(`AGGREGATION_TOO_FEW: ${FAULTS.AGGREGATION_TOO_FEW.means} (heard 2, needed 3); side: peer; to do: ${FAULTS.AGGREGATION_TOO_FEW.fix}`);
  });

  test("with a refusal nobody knows means what its own code means", () => {
    const code: FaultCode = "NODE_REFUSED";
    expect(meaningOf({ code, detail: { refusal: "NO_SUCH_CODE" } })).toBe(FAULTS.NODE_REFUSED);
    expect(meaningOf({ code: "AGGREGATION_TOO_FEW", detail: { refusal: "DATA_REFUSED" } })).toBe(FAULTS.AGGREGATION_TOO_FEW);
  });
});
