import { describe, expect, test } from "@jest/globals";
import { progressOn } from "../src/world/progress.js";
import { openStage, get, play } from "./stage.js";

describe("the line that says what is true at the moment", () => {
  const saidOn = (columns: number | undefined, text: string): string => {
    let said = "";
    progressOn({ isTerminal: true, columns, write: (more) => void (said += more) }, false, () => 0).now(text);
    return said.replace("\r\u001b[K", "");
  };

  test("is cut to what one row of the terminal holds, as a row above could not be taken away", () => {
    expect(saidOn(20, "waiting for harbour and lantern")).toBe("waiting for harbou…");
    expect(saidOn(20, "waiting for harbour")).toBe("waiting for harbour");
    expect(saidOn(undefined, "waiting for harbour and lantern")).toBe("waiting for harbour and lantern");
  });

  test("is gone before a refusal is shown", async () => {
    const { folder } = await openStage("node", [get("/v1/budget/ledger", { party: "harbour", charges: [] })]);
    const { err } = await play(["budget", "ledger", "--against", "/nowhere"], { folder, isTerminal: true });
    expect(err).toMatch(/checking every entry of the log …\r\u001b\[K\S*refused:/);
  });
});
