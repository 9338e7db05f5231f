import type { TrainingView } from "../answers/trainings.js";
import type { Paint } from "../text/paint.js";
import { blamed } from "../text/refusal-text.js";
import { facts } from "../text/table.js";

/** How a session ended badly: what happened, whose side, what to do. */
export function faultText({ code, says, fix, side }: NonNullable<TrainingView["fault"]>, paint: Paint): string {
  return `${paint.bad("aborted:")} ${says}\n${facts([["  code", code], ["  side", blamed(side)], ["  to do", fix]])}`;
}
