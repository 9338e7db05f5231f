import { describe, expect, test } from "@jest/globals";
import { NetworkMemory } from "../../../src/learning/network/memory.js";
import { Ledger } from "../../../src/store/ledger.js";
import { openNodeDatabase } from "../../../src/database.js";
import { DIGEST, SESSION } from "../../stage.js";

const stage = () => {
  const database = openNodeDatabase(":memory:");
  const ledger = new Ledger(database);
  const agree = (round: number, session: string = SESSION) => ledger.agree({ session, round, charter: DIGEST, question: "update", model: "m", rows: "r", rowSet: "s", survivors: "harbour mill quarry", without: "" });
  return { database, agree, memory: new NetworkMemory(database, SESSION) };
};
const variate = (...values: number[]) => Float32Array.from(values);

describe("SCAFFOLD's control variate", () => {
  test("begins at zero, and is that of the last round this node agreed to the survivors of", () => {
    const { memory, agree } = stage();
    expect(memory.controlBefore(2, 2)).toEqual(variate(0, 0));
    memory.keepControl(2, variate(1.5, -2));
    agree(2);
    expect(memory.controlBefore(3, 2)).toEqual(variate(1.5, -2));
    memory.keepControl(3, variate(3, 4));
    agree(3);
    expect(memory.controlBefore(4, 2)).toEqual(variate(3, 4));
  });

  test("stays as it was after a round that went on without this node", () => {
    const { memory, agree } = stage();
    memory.keepControl(2, variate(1, 2));
    agree(2);
    memory.keepControl(3, variate(9, 9));
    expect(memory.controlBefore(4, 2)).toEqual(variate(1, 2));
  });

  test("of a round that is computed again, at whatever time, starts from the same and is kept as it was first", () => {
    const { memory, agree, database } = stage();
    memory.keepControl(2, variate(1, 2));
    agree(2);
    memory.keepControl(3, variate(3, 4));
    agree(3);
    const again = new NetworkMemory(database, SESSION);
    expect(again.controlBefore(3, 2)).toEqual(variate(1, 2));
    again.keepControl(3, variate(7, 7));
    expect(again.controlBefore(4, 2)).toEqual(variate(3, 4));
  });

  test("belongs to one session, and is gone when that is over", () => {
    const { memory, agree, database } = stage();
    memory.keepControl(2, variate(1, 2));
    agree(2);
    const other = new NetworkMemory(database, "77".repeat(16));
    expect(other.controlBefore(3, 2)).toEqual(variate(0, 0));
    other.forget();
    expect(memory.controlBefore(3, 2)).toEqual(variate(1, 2));
    memory.forget();
    expect(memory.controlBefore(3, 2)).toEqual(variate(0, 0));
  });

  test("of another length is refused: it is another network's", () => {
    const { memory, agree } = stage();
    memory.keepControl(2, variate(1, 2));
    agree(2);
    expect(() => memory.controlBefore(3, 3)).toThrow(RangeError);
  });
});

test("a session ends on the backend it began on, and another begins on the new one", () => {
  const { database } = stage();
  expect(new NetworkMemory(database, SESSION).backend("wasm")).toBe("wasm");
  expect(new NetworkMemory(database, SESSION).backend("tensorflow")).toBe("wasm");
  expect(new NetworkMemory(database, "77".repeat(16)).backend("tensorflow")).toBe("tensorflow");
});
