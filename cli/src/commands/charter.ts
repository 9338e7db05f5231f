import { Refusal } from "@cohortium/protocol/host/refusal";
import { placeAt } from "../found/place.js";
import { given, textOption, type CommandGroup } from "../world/context.js";
import { newDraft } from "./charter-new.js";
import { planDraft, proposeDraft } from "./charter-operator.js";
import { planProposal, refuseProposal, signProposal } from "./charter-partner.js";
import { diffCharters, listCharters, showCharter } from "./charter-show.js";

/** The agreement everything rests on. What `plan` and `sign` do depends on whose folder it is. */
export const CHARTER: CommandGroup = {
  name: "charter",
  says: "the agreement that every company signs",
  commands: [
    {
      usage: "new <from> <to>", says: "copy a draft for this consortium, from today on (operator)", example: "--folder ./hub charter new examples/charters/bank-marketing.yaml charter.yaml",
      options: [["--days <number>", "for how long it shall hold", "90"]],
      run: (context, args, options) => newDraft(context, given(args, 0), given(args, 1), options),
    },
    {
      usage: "plan [file-or-digest]", says: "what signing would mean, in plain words; changes nothing (operator: a draft file; partner: a proposal)",
      example: "--folder ./hub charter plan bank-marketing.yaml",
      run: (context, args) => {
        const place = placeAt(context.folder);
        return place.role === "coordinator" ? planDraft(context, place, draftIn(args[0], "plan")) : planProposal(context, place, args[0]);
      },
    },
    {
      usage: "sign [file-or-digest]", says: "operator: sign a draft and propose it to every party; partner: sign what was proposed",
      example: "--folder ./harbour charter sign af4779bd",
      run: (context, args) => {
        const place = placeAt(context.folder);
        return place.role === "coordinator" ? proposeDraft(context, place, draftIn(args[0], "sign")) : signProposal(context, place, args[0]);
      },
    },
    {
      usage: "refuse [digest]", says: "partner: refuse what was proposed", example: '--folder ./harbour charter refuse af4779bd --reason "age is not needed for this"',
      options: [["--reason <text>", "why; it goes into the log, where every party reads it"]],
      run: (context, args, options) => refuseProposal(context, args[0], textOption(options, "reason")),
    },
    {
      usage: "show [digest]", says: "one charter in plain words", example: "--folder ./harbour charter show af4779bd", options: [["--yaml", "the whole charter instead, as YAML"]],
      run: (context, args, options) => showCharter(context, args[0], options),
    },
    {
      usage: "diff <before> <after>", says: "what differs between two charters, by meaning; each a digest or a YAML file, a draft too", example: "--folder ./harbour charter diff af4779bd 09b1c2d3",
      run: (context, args) => diffCharters(context, given(args, 0), given(args, 1)),
    },
    { usage: "ls", says: "all charters and who has signed", example: "--folder ./hub charter ls", run: (context) => listCharters(context) },
  ],
};

function draftIn(path: string | undefined, verb: string): string {
  if (path !== undefined) return path;
  throw new Refusal({ code: "USAGE_FILE", title: `the operator's charter ${verb} takes a draft`, detail: "this folder is a coordinator's", fix: `name the YAML file: cohortium charter ${verb} FILE` });
}
