import type { AdminClient } from "@cohortium/protocol/host/admin-client";
import { Refusal } from "@cohortium/protocol/host/refusal";
import { budgetShare } from "@cohortium/protocol/charter/budget-share";
import { chartersOfOperator, type CharterOfOperator } from "../answers/charters.js";
import { launched, ownTrainings, trainingView, trainingViews, type OwnTraining, type TrainingView } from "../answers/trainings.js";
import { readCharter } from "../found/charter-asked.js";
import { pickByPrefix, pickNamed, pickOnly, type Listing } from "../found/pick.js";
import { adminOf, adminOfRole, placeAt } from "../found/place.js";
import { nextTrainingCost } from "../prices/training-price.js";
import { influenceOf, influenceText } from "../show/influence.js";
import { takesText } from "../show/price.js";
import { gainCell, ownTrainingText, stateText, trainingText } from "../show/training.js";
import { duration, instant, quality, short } from "../text/amounts.js";
import { table } from "../text/table.js";
import { confirm, confirmSpending, given, textOption, type CommandGroup, type Context, type Options } from "../world/context.js";
import { done, type Outcome } from "../world/outcome.js";
import { endOf, watchTraining } from "./watch.js";

/** Trainings. Each is a session of several rounds, one sum each. */
export const ROUND: CommandGroup = {
  name: "round",
  says: "trainings under a charter, each a few rounds of sums over all companies",
  commands: [
    {
      usage: "launch", says: "start a training; one that costs privacy needs a yes, without a terminal --yes (operator)", example: "--folder ./hub round launch --watch",
      options: [
        ["--charter <digest>", "under which charter; needed if several are in force"], ["--watch", "stay and watch"],
        ["--without <party>", "do without one company, where the charter allows it: shows what it contributes, and lays its own sums open"],
      ],
      run: (context, _, options) => launch(context, options),
    },
    {
      usage: "watch [session]", says: "follow a training; Ctrl-C stops the watching, not the training (operator)", example: "--folder ./hub round watch",
      run: (context, args) => watch(context, args[0]),
    },
    { usage: "ls", says: "all trainings, the newest last", example: "--folder ./harbour round ls", run: (context) => list(context) },
    { usage: "show <session>", says: "one training: its rounds, how good the model is, your own gain", example: "--folder ./harbour round show 5e5e5e", run: (context, args) => show(context, given(args, 0)) },
    {
      usage: "influence", says: "the joint model with all companies beside those without one each (operator)", example: "--folder ./hub round influence",
      options: [["--charter <digest>", "under which charter; needed if several are in force"]], run: (context, _, options) => influence(context, options),
    },
    { usage: "cancel <session>", says: "stop a training; nothing more is revealed (operator)", example: "--folder ./hub round cancel 5e5e5e", run: (context, args) => cancel(context, given(args, 0)) },
  ],
};

async function launch(context: Context, options: Options): Promise<Outcome> {
  const admin = adminOfRole(context.folder, "coordinator", "round launch");
  const charter = await charterNamed(admin, options, ({ expires }) => context.world.nowMs() < Date.parse(expires));
  const without = textOption(options, "without");
  await agreeOnTraining(context, admin, charter);
  const { session } = await admin.post("/v1/trainings", { charter: charter.digest, ...(without === undefined ? {} : { without }) }, launched, crypto.randomUUID());
  if (options["watch"] !== true) return done({ session, charter: charter.digest }, `Launched ${session} under ${charter.name}. To follow it: cohortium round watch ${short(session)}`);
  context.progress.note(`launched ${session} under ${charter.name}`);
  return watchTraining(context, () => adminOfRole(context.folder, "coordinator", "round launch"), session);
}

/** What it costs, and whether that is meant. What a node's budget does not cover that node refuses, whatever anybody says here. */
async function agreeOnTraining(context: Context, admin: AdminClient, { digest, name }: CharterOfOperator): Promise<void> {
  const cost = await nextTrainingCost(admin, digest, await readCharter(admin, digest));
  if (cost === null) return;
  await confirmSpending(context, takesText("This training", cost), `Launch it, for ${budgetShare(cost.share, 1)} of the budget of ${name}?`);
}

/** @throws Refusal CHARTER_NOT_IN_FORCE naming whose signature is missing, if there is a proposal that waits for some. */
function refuseUnsigned(charters: readonly CharterOfOperator[]): void {
  const open = charters.filter(({ state }) => state === "proposed");
  if (open.length === 0) return;
  throw new Refusal({
    code: "CHARTER_NOT_IN_FORCE", title: "no charter is in force yet",
    detail: open.map(({ name, digest, waitingFor }) => `${name} (${short(digest)}) waits for the signature of ${waitingFor.join(" and ")}`).join("\n"),
    fix: "let them sign with: cohortium charter sign",
  });
}

/** The charter that is named, or the only one in force, among those that will do. */
async function charterNamed(admin: AdminClient, options: Options, willDo: (charter: CharterOfOperator) => boolean): Promise<CharterOfOperator> {
  const { charters } = await admin.get("/v1/charters", chartersOfOperator);
  const inForce: Listing<CharterOfOperator> = {
    noun: "charter in force", listedBy: "charter ls", items: charters.filter((charter) => charter.state === "in-force" && willDo(charter)), idOf: ({ digest }) => digest, labelOf: ({ name }) => name,
  };
  if (inForce.items.length === 0) refuseUnsigned(charters);
  return pickNamed(inForce, textOption(options, "charter"));
}

async function influence(context: Context, options: Options): Promise<Outcome> {
  const admin = adminOfRole(context.folder, "coordinator", "round influence");
  const charter = await charterNamed(admin, options, () => true);
  const { trainings } = await admin.get("/v1/trainings", trainingViews);
  const found = influenceOf(trainings.filter((training) => training.charter === charter.digest), charter.signatures);
  return done({ charter: charter.digest, ...found }, influenceText(found, context.paint));
}

async function watch(context: Context, prefix: string | undefined): Promise<Outcome> {
  const admin = adminOfRole(context.folder, "coordinator", "round watch");
  const { trainings } = await admin.get("/v1/trainings", trainingViews);
  const running = trainings.filter(({ state }) => state === "running");
  const { session } = prefix === undefined ? pickOnly({ ...trainingsIn(running), noun: "running training" }) : pickByPrefix(trainingsIn(trainings), prefix);
  return watchTraining(context, () => adminOfRole(context.folder, "coordinator", "round watch"), session);
}

async function list({ folder, paint, world }: Context): Promise<Outcome> {
  const place = placeAt(folder);
  const empty = "There was no training yet.";
  switch (place.role) {
    case "coordinator": {
      const answer = await adminOf(place).get("/v1/trainings", trainingViews);
      // Most consortia never leave one out.
      const apart = answer.trainings.some(({ without }) => without !== null);
      const rows = answer.trainings.map(({ session, charter, without, state, startedAtMs, endedAtMs, evaluation, says }) => [
        short(session), short(charter), ...(apart ? [without ?? ""] : []), stateText(state, paint), instant(startedAtMs), duration(((endedAtMs ?? world.nowMs()) - startedAtMs) / 1_000),
        evaluation === null ? "" : quality(evaluation.auc), says,
      ]);
      const columns = [{ head: "session" }, { head: "charter" }, ...(apart ? [{ head: "without" }] : []), { head: "state" }, { head: "started" }, { head: "took", right: true }, { head: "AUC", right: true }, { head: "says" }];
      return done(answer, table(columns, rows, { paint, empty }));
    }
    case "node": {
      const answer = await adminOf(place).get("/v1/trainings", ownTrainings);
      const rows = answer.trainings.map((training) => [
        short(training.session), short(training.charter), instant(training.endedAtMs), training.outcome.kind === "done" ? paint.good("done") : paint.bad(training.outcome.code), gainCell(training),
      ]);
      return done(answer, table([{ head: "session" }, { head: "charter" }, { head: "ended" }, { head: "outcome" }, { head: "AUC alone → joint" }], rows, { paint, empty }));
    }
  }
}

async function show({ folder, paint }: Context, prefix: string): Promise<Outcome> {
  const place = placeAt(folder);
  const admin = adminOf(place);
  switch (place.role) {
    case "coordinator": {
      const { trainings } = await admin.get("/v1/trainings", trainingViews);
      const { session } = pickByPrefix(trainingsIn(trainings), prefix);
      const view = await admin.get(`/v1/trainings/${session}`, trainingView);
      return done(view, trainingText(view, paint));
    }
    case "node": {
      const { trainings } = await admin.get("/v1/trainings", ownTrainings);
      const training = pickByPrefix({ noun: "training", listedBy: "round ls", items: trainings, idOf: ({ session }: OwnTraining) => session, labelOf: ({ outcome }: OwnTraining) => outcome.kind }, prefix);
      return done(training, ownTrainingText(training, paint));
    }
  }
}

async function cancel(context: Context, prefix: string): Promise<Outcome> {
  const admin = adminOfRole(context.folder, "coordinator", "round cancel");
  const { trainings } = await admin.get("/v1/trainings", trainingViews);
  const { session, says } = pickByPrefix(trainingsIn(trainings), prefix);
  await confirm(context, `Stop ${short(session)} (${says})?`);
  const view = await admin.post(`/v1/trainings/${session}/cancel`, {}, trainingView, crypto.randomUUID());
  // It ended as asked: for whoever cancels, that is success.
  return { ...endOf(view, context), exit: 0 };
}

function trainingsIn(items: readonly TrainingView[]): Listing<TrainingView> {
  return { noun: "training", listedBy: "round ls", items, idOf: ({ session }) => session, labelOf: ({ state, says }) => `${state}: ${says}` };
}
