import { beforeAll, describe, expect, test } from "@jest/globals";
import { json } from "@cohortium/protocol/host/http-route";
import { Circle, peopleOf } from "./question-circle.js";
import { COUNT, RFM } from "../../node/test/sessions/statistic-stage.js";
import { SELF } from "../../node/test/stage.js";
import { accountGaps, chargesLogged } from "../src/files/charges-logged.js";
import { folderWith, openStage, play } from "./stage.js";
import { sourceOf, type Files } from "../../protocol/test/log/small-log.js";
import type { Charge } from "@cohortium/node/store/charges";

let [files, account, early, empty]: [Files, readonly Charge[], Files, Files] = [new Map(), [], new Map(), new Map()];
beforeAll(async () => {
  const circle = new Circle(peopleOf);
  empty = circle.files();
  await circle.ask(COUNT, "first");
  early = circle.files();
  await circle.ask(RFM, "second");
  [files, account] = [circle.files(), circle.nodes.get(SELF)!.egress.ledger.charges.lines(null)];
});

const against = async (charges: readonly Charge[], log: Files) => {
  const { folder } = await openStage("node", [{ method: "GET", path: "/v1/budget/ledger", handle: () => json({ party: SELF, charges }) }]);
  return play(["--folder", folder, "budget", "ledger", "--against", folderWith(log)]);
};

describe("an account held to the log", () => {
  test("is whole where it has every charge that this node signed for", async () => {
    expect(account).toHaveLength(3);
    expect(await against(account, files)).toMatchObject({ code: 0, out: "The account is whole: all 3 charges that the log shows are in it.\n" });
  });

  test("of a file that was rolled back lacks what the log shows, and the command ends with 6", async () => {
    const { code, out } = await against(account.slice(0, -1), files);
    expect(code).toBe(6);
    expect(out).toContain("The account is not whole: it is an older copy, or somebody changed it.");
    expect(out).toMatch(/ 2 +2,000,001 +missing\n/);
    expect((await against([], files)).out.match(/missing/g)).toHaveLength(3);
  });

  test("with a price that was changed is not whole", async () => {
    const { code, out } = await against(account.map((charge, i) => (i === 0 ? { ...charge, nanoRho: 1 } : charge)), files);
    expect([code, out.includes("kept at another price")]).toEqual([6, true]);
  });

  test("may be ahead of a copy of the log, or of what the coordinator logged: charges are kept before anything leaves", async () => {
    expect(await against(account, early)).toMatchObject({ code: 0, out: expect.stringContaining("the one charge that the log shows is in it, and 2 that the log does not show (yet)") });
  });

  test("is held to no log in which this node answered nothing, such as another consortium's", async () => {
    const { code, err } = await against(account, empty);
    expect([code, err.includes("the log shows nothing that harbour answered")]).toEqual([6, true]);
  });

  test("is held to no log that does not verify itself", async () => {
    const broken: Files = new Map(files);
    broken.delete("checkpoint");
    const { code, err } = await against(account, broken);
    expect([code, err.includes("the log itself does not verify")]).toEqual([6, true]);
  });
});

test("the log says the same of every company, and nothing of a stranger", () => {
  const priced = (party: string) => chargesLogged(sourceOf(files), party).charges.map(({ nanoRho }) => nanoRho);
  expect(["harbour", "mill", "quarry", "moon"].map(priced)).toEqual([[4_000_000, 2_000_000, 2_000_001], [4_000_000, 2_000_000, 2_000_001], [4_000_000, 2_000_000, 2_000_001], []]);
});

describe("an evaluation, which costs what is left of its training's price,", () => {
  const charge = (round: number, nanoRho: number) => ({ charter: "c", session: "s", round, nanoRho });

  test("may be kept for less than the log says, by an account with a charge that never came into the log", () => {
    expect(accountGaps([charge(1, 20), charge(2, 30), charge(3, 50)], [charge(1, 20), charge(3, 80)])).toEqual({ missing: [], other: [], ahead: 1 });
  });

  test("control: not where the session cost less in all", () => {
    expect(accountGaps([charge(1, 20), charge(2, 30), charge(3, 49)], [charge(1, 20), charge(3, 80)]).other).toEqual([charge(3, 80)]);
  });
});

test("charges of nothing, under charters of exact sums, are not missed", () => {
  expect(accountGaps([{ charter: "c", session: "s", round: 1, nanoRho: 0 }], [])).toEqual({ missing: [], other: [], ahead: 0 });
});
