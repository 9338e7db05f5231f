import { describe, expect, test } from "@jest/globals";
import type { Json } from "@cohortium/crypto/canonical-json";
import { audit } from "../../src/log/audit.js";
import { LimitsAudit } from "../../src/log/audit-limits.js";
import { Findings } from "../../src/log/audit-report.js";
import type { Entry } from "../../src/log/entry.js";
import { at, codesUnder, under } from "./retold.js";
import { CHARTER, filesOf, LOG_KEY, say, sourceOf } from "./small-log.js";

describe("a charter's limits", () => {
  const limited = (limits: { [member: string]: Json }): Json => ({ ...(CHARTER as { readonly [member: string]: Json }), ...limits });
  const offeredAt = (instant: string, charter: Json) => {
    const told = under(charter);
    const offer = at("session.offer");
    const { type, body, actor, ...frame } = (told[offer] as Entry).statement;
    return audit(sourceOf(filesOf(told.with(offer, say(actor, type, body, { ...frame, at: instant })))), { logKey: LOG_KEY }).findings.map(({ entry, code }) => [entry, code]);
  };

  test.each([
    ["2026-11-22T10:00:00Z", "2026-11-22T10:00:00Z", "2026-11-22T10:00:01Z"], ["2026-11-22T10:00:00.999Z", "2026-11-22T10:00:00Z", "2026-11-22T10:00:01Z"],
  ])("of time hold for a session that is offered at %s, from %s and before %s", (instant, notBefore, expires) => {
    expect(offeredAt(instant, limited({ notBefore, expires }))).toEqual([]);
  });

  test.each([
    ["before it begins", "2026-11-22T09:59:59.999Z"], ["when it has ended", "2026-11-22T10:00:01Z"], ["at no time", "2026-11-22T10:00:00"], ["at a time of its own spelling", "2026-11-22T10:00:00.5+00:00"],
  ])("a session that is offered %s is a finding", (_, instant) => {
    expect(offeredAt(instant, limited({ notBefore: "2026-11-22T10:00:00Z", expires: "2026-11-22T10:00:01Z" }))).toEqual([[at("session.offer"), "CHARTER_PERIOD"]]);
  });

  test.each(["2026-11-22T25:00:00Z", "2026-13-22T10:00:00Z", "2026-11-22T10:61:00Z", "2026-11-32T10:00:00Z"])("a session that is offered at %s, which no clock shows, is a finding", (instant) => {
    expect(offeredAt(instant, limited({ notBefore: "2026-01-01T00:00:00Z", expires: "2027-01-01T00:00:00Z" }))).toEqual([[at("session.offer"), "CHARTER_PERIOD"]]);
  });

  test.each([
    ["no time", null, null], ["no beginning", null, "2027-01-01T00:00:00Z"], ["no end", "2026-01-01T00:00:00Z", null], ["an end that never comes", "2026-01-01T00:00:00Z", "9999"],
    ["a beginning in another zone", "2026-01-01T00:00:00+14:00", "2027-01-01T00:00:00Z"], ["times that are numbers", 0, 9e15],
  ] as const)("a session under a charter of %s is a finding", (_, notBefore, expires) => {
    expect(offeredAt("2026-11-22T10:00:00Z", limited({ notBefore, expires }))).toEqual([[at("session.offer"), "CHARTER_PERIOD"]]);
  });

  const budget = (releasesMax: Json) => limited({ privacy: { budget: { releasesMax } } });

  test("of sums hold for as many as it allows; the first one more, of each party, is a finding", () => {
    expect(codesUnder(budget(3))).toEqual([]);
    const third = (["harbour", "mill", "orchard"] as const).map((party) => at("round.upload", party, 3));
    expect(codesUnder(budget(2))).toEqual(third.map((entry) => [entry, "CHARTER_BUDGET"]));
    // The fourth of four is in one sum alone.
    const second = (["harbour", "mill", "orchard"] as const).map((party) => at("round.upload", party, 2));
    expect(codesUnder(budget(1))).toEqual(second.map((entry) => [entry, "CHARTER_BUDGET"]));
  });

  test.each([[null], ["many"], [-1]])("of sums that cannot be read (%j) allow none", (releasesMax) => {
    const first = (["harbour", "mill", "orchard"] as const).map((party) => at("round.upload", party, 1));
    expect(codesUnder(budget(releasesMax)).slice(0, 3)).toEqual(first.map((entry) => [entry, "CHARTER_BUDGET"]));
  });

  test("count sums, and no upload of one sum twice", () => {
    const upload = at("round.upload", "harbour", 3);
    const twice = (releasesMax: number) => {
      const told = under(budget(releasesMax));
      const { type, body, actor, ...frame } = (told[upload] as Entry).statement;
      const again = say(actor, type, body, { ...frame, at: "2026-11-22T11:00:00Z" });
      return audit(sourceOf(filesOf(told.toSpliced(upload + 1, 0, again))), { logKey: LOG_KEY }).findings.filter(({ says }) => says.startsWith("harbour")).map(({ entry, code }) => [entry, code]);
    };
    expect([twice(3), twice(2)]).toEqual([[], [[upload, "CHARTER_BUDGET"]]]);
  });
});

describe("one question that was opened over different companies", () => {
  const all = ["harbour", "mill", "orchard", "quarry"];
  const said = (dropouts: string, entries: readonly Entry[] = under({ ...(CHARTER as object), aggregation: { scheme: "masked", dropouts } })) =>
    audit(sourceOf(filesOf(entries)), { logKey: LOG_KEY }).notices.map(({ entry, says }) => [entry, says]);

  test("is remarked on where the charter lets no company be missing, naming both rounds, and is no finding of its own", () => {
    const [agreed, fourth] = [Math.max(...all.slice(0, 3).map((party) => at("round.agree", party, 2))), "round 1 of session 5e5e5e5e5e5e"];
    expect(said("end")).toEqual([[agreed, `moments in round 2 of session 5e5e5e5e5e5e is over harbour, mill, orchard; in ${fourth} it was over ${all.join(", ")}`]]);
    expect(said("continue")).toEqual([]);
  });

  const charter = (dropouts: "end" | "continue", text: Json) => ({ digest: "c4".repeat(32), parties: new Map(), terms: { scheme: "masked" as const, quorum: 3, minimumParties: 3, dropouts }, text });
  type Sum = readonly [session: string, round: number, survivors: readonly string[], question?: string, model?: string, without?: string, plan?: string];
  const noted = (sums: readonly Sum[], dropouts: "end" | "continue" = "end", text: Json = null) => {
    const findings = new Findings();
    const limits = new LimitsAudit(findings);
    sums.forEach(([session, round, survivors, purpose = "moments", model = "m0", without = "", plan = "p0"], entry) =>
      limits.opened(charter(dropouts, text), { purpose, model, plan, survivors, without }, { entry, session, round }));
    return findings.report(null, 0).notices.map(({ entry, code }) => [entry, code]);
  };
  const three = all.slice(0, 3);

  test("is remarked on in another training, once for each other set of companies", () => {
    expect(noted([["s1", 1, all], ["s2", 1, three], ["s2", 1, three], ["s3", 1, three], ["s4", 1, all.slice(1)]])).toEqual([[1, "SUMS_APART"], [4, "SUMS_APART"]]);
  });

  test("is not, over the same companies in another order", () => {
    expect(noted([["s1", 1, all], ["s2", 1, all.toReversed()]])).toEqual([]);
  });

  const others: readonly Sum[] = [["s1", 1, all], ["s2", 2, three, "newton"], ["s2", 3, three, "moments", "m1"]];
  test("is so in any round and for any question where the charter lets no company be missing: sums at neighbouring models differ by as much", () => {
    expect(noted(others)).toEqual([[1, "SUMS_APART"]]);
  });

  test("is not, for another question or at another model, where a training may go on without a company: the next sum is always over fewer", () => {
    expect(noted(others, "continue")).toEqual([]);
    expect(noted([...others, ["s3", 1, three]], "continue")).toEqual([[3, "SUMS_APART"]]);
  });

  test("is remarked on in its own way, once for each company that trainings do without as the charter lets them; and so is a second list of companies without the same one", () => {
    const without = (who: string, session: string, over: readonly string[]): Sum => [session, 1, over, "moments", "m0", who];
    const first = [["s1", 1, all], without("quarry", "s2", three)] as const;
    expect(noted(first)).toEqual([[1, "SUMS_WITHOUT"]]);
    expect(noted([...first, without("quarry", "s3", three), without("quarry", "s4", all.slice(0, 2))])).toEqual([[1, "SUMS_WITHOUT"], [3, "SUMS_APART"]]);
    expect(noted([...first, without("harbour", "s3", all.slice(1))])).toEqual([[1, "SUMS_WITHOUT"], [2, "SUMS_WITHOUT"]]);
  });

  describe("of statistics", () => {
    const asked: readonly Sum[] = [["s1", 1, three, "statistic", "m0", "", "p0"], ["s2", 1, all, "statistic", "m0", "", "p1"], ["s3", 2, three, "statistic", "m1", "", "p2"]];

    test.each(["end", "continue"] as const)("is remarked on where it is exact, however it is asked: other words may count the same cells (dropouts: %s)", (dropouts) => {
      expect(noted(asked, dropouts, { privacy: { mechanism: "none" } })).toEqual([[1, "SUMS_APART"]]);
      // What nobody can read adds no noise.
      expect(noted(asked, dropouts)).toEqual([[1, "SUMS_APART"]]);
    });

    test.each(["end", "continue"] as const)("is remarked on as well next to a sum of a training, whichever came first (dropouts: %s)", (dropouts) => {
      const training: Sum = ["s4", 1, all];
      const statistic: Sum = ["s1", 1, three, "statistic"];
      expect(noted([statistic, training], dropouts)).toEqual([[1, "SUMS_APART"]]);
      expect(noted([training, statistic], dropouts)).toEqual([[1, "SUMS_APART"]]);
      expect(noted([statistic, ["s4", 1, three]], dropouts)).toEqual([]);
    });

    test.each(["end", "continue"] as const)("is not where it carries noise, which was charged for (dropouts: %s)", (dropouts) => {
      expect(noted([...asked, ...others], dropouts, { privacy: { mechanism: "discrete-gaussian" } })).toEqual([]);
    });
  });

  test("is remarked on also where the coordinator kept the second sum to itself", () => {
    const told = under({ ...(CHARTER as object), aggregation: { scheme: "masked", dropouts: "end" } });
    const notOf = (...types: readonly string[]) => told.filter(({ statement: { type, round } }) => round !== 2 && !(round === 3 && types.includes(type)) && type !== "session.close");
    const kept = notOf("round.result");
    const agreed = kept.findLastIndex(({ statement: { type, round } }) => type === "round.agree" && round === 3);
    expect(said("end", kept).map(([entry]) => entry)).toEqual([agreed]);
    expect(said("end", notOf("round.result", "round.unmask")).map(([entry]) => entry)).toEqual([agreed]);
    // Control: nobody unmasks before enough agree.
    expect(said("end", notOf("round.result", "round.unmask", "round.agree"))).toEqual([]);
    expect(said("end", kept.toSpliced(agreed).filter(({ statement }) => statement.type !== "round.unmask"))).toEqual([]);
  });
});
