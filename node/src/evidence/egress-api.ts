import { z } from "zod";
import { json, parseInput, type Route } from "@cohortium/protocol/host/http-route";
import { Refusal } from "@cohortium/protocol/host/refusal";
import { parsePartyId } from "@cohortium/protocol/session/ids";
import { WireError } from "@cohortium/protocol/wire/wire-error";
import { decodeBulk, decodeLetter, type DecodedField } from "./decode.js";
import type { EgressAccount, EgressBytes, EgressRecord } from "./egress-account.js";

const number = z.coerce.number().int().min(0);
const filter = z.object({ session: z.string().optional(), round: number.optional(), fromMs: number.optional(), toMs: number.optional() });

/** What left this node: the list, one line decoded, and its exact bytes. */
export function egressRoutes(account: EgressAccount, party: string): readonly Route[] {
  return [
    {
      method: "GET", path: "/v1/egress", handle: ({ query }) => {
        const lines = account.records(parseInput(filter, query));
        return json({ lines, totals: { messages: lines.length, bytes: lines.reduce((sum, { bytes }) => sum + bytes, 0) } });
      },
    },
    {
      method: "GET", path: "/v1/egress/:n", handle: ({ params }) => {
        const { line, found } = lineAt(account, params["n"]);
        return json({ line, bytes: found.kind === "gone" ? found : { kind: found.kind, digestFits: found.digestFits, fields: fieldsOf(found, party) } });
      },
    },
    {
      method: "GET", path: "/v1/egress/:n/bytes", handle: ({ params }) => {
        const { line, found } = lineAt(account, params["n"]);
        if (found.kind !== "gone") return { kind: "bytes", contentType: "application/octet-stream", bytes: found.bytes };
        throw new Refusal({ code: "REQUEST_GONE", title: "the bytes of this line are not here any more", detail: `line ${line.n}: ${found.because}`, status: 410 });
      },
    },
  ];
}

function lineAt(account: EgressAccount, text: string | undefined): { readonly line: EgressRecord; readonly found: EgressBytes } {
  const n = /^\d{1,15}$/.test(text ?? "") ? Number(text) : Number.NaN;
  const [line, found] = Number.isNaN(n) ? [null, null] : [account.record(n), account.bytesOf(n)];
  if (line === null || found === null) throw new Refusal({ code: "REQUEST_UNKNOWN", title: "there is no such line", detail: "lines are numbered from 1", fix: "see them with: cohortium egress show", status: 404 });
  return { line, found };
}

function fieldsOf(found: Extract<EgressBytes, { readonly bytes: Uint8Array }>, party: string): readonly DecodedField[] {
  if (found.kind === "bulk") return decodeBulk(found.bytes, found.words);
  try {
    return decodeLetter(found.bytes, parsePartyId(party));
  } catch (error) {
    // A letter of a form that this version does not read any more still has its digest.
    if (error instanceof WireError) return [{ field: "letter", value: `${found.bytes.length} bytes`, means: "this version cannot read it any more" }];
    throw error;
  }
}
