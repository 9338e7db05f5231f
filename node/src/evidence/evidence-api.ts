import { z } from "zod";
import type { Signer } from "@cohortium/crypto/signing";
import { json, parseInput, type Route } from "@cohortium/protocol/host/http-route";
import { Refusal } from "@cohortium/protocol/host/refusal";
import { instantText } from "@cohortium/protocol/session/instant";
import { signDocument } from "@cohortium/protocol/session/signed-document";
import { evidenceOf, monthOf, type EvidenceParts, type Month } from "./month.js";

export interface EvidenceContext extends EvidenceParts {
  readonly signer: Signer;
  readonly nowMs: () => number;
}

const signature = z.strictObject({ month: z.string(), form: z.enum(["html", "json"]), sha256: z.string().regex(/^[0-9a-f]{64}$/) });

/**
 * A month's evidence, and the node's signature over a file made of it: that this node's own key holder issued that file for that month. It is no
 * statement of the log, and fits nothing else that is signed.
 */
export function evidenceRoutes(context: EvidenceContext): readonly Route[] {
  return [
    { method: "GET", path: "/v1/evidence", handle: ({ query }) => json(evidenceOf(context, monthIn(query["month"] ?? ""), context.nowMs())) },
    {
      method: "POST", path: "/v1/evidence/signature", handle: ({ body }) => {
        const { month, form, sha256 } = parseInput(signature, body);
        const { party, signer, nowMs } = context;
        return json(signDocument("evidence-report", { party, month: monthIn(month).name, form, sha256, at: instantText(nowMs()) }, signer));
      },
    },
  ];
}

function monthIn(text: string): Month {
  const month = monthOf(text);
  if (month !== null) return month;
  throw new Refusal({ code: "REQUEST_MONTH", title: "this is no month", detail: `"${text.slice(0, 20)}"`, fix: "write it as 2026-11" });
}
