import type { Logger } from "@cohortium/protocol/host/logger";
import type { Charter } from "@cohortium/protocol/charter/charter";
import type { Columns } from "@cohortium/protocol/charter/recipe";
import type { Digest, SessionId } from "@cohortium/protocol/session/ids";
import { unheldRows } from "../rows/unheld-rows.js";
import type { Feed } from "../rows/session-rows.js";
import type { Ledger } from "../store/ledger.js";

/** A session that was admitted; a node's work on it has all of this. */
interface Admitted {
  readonly session: SessionId;
  readonly digest: Digest;
  readonly charter: Charter;
  readonly feed: Feed;
  readonly egress: { readonly ledger: Pick<Ledger, "elsewhere"> };
  readonly logger: Logger;
}

/** What whoever reads this node's log hears, and nobody else, as a session is admitted: what its charter's ε does not say of the people in the rows. */
export function warnOfPeople({ session, digest, charter, feed, egress: { ledger }, logger }: Admitted, recipe: Columns): void {
  const { charters, nanoRho, exactSums } = ledger.elsewhere(digest);
  // A new charter is no new budget for the people in the rows, nor is one row more.
  if (nanoRho > 0) logger.warn("these rows, or those before them, were charged under other charters", { session, charters, nanoRho, fix: "privacy.epsilonMax in node.yaml sets a ceiling over all of them" });
  if (charter.privacy.mechanism === "none") return;
  if (exactSums > 0) logger.warn("exact sums of these rows, or of those before them, have left under other charters", { session, exactSums, means: "no ε covers them: neither this charter's nor privacy.epsilonMax" });
  const unheld = unheldRows(feed, charter, [recipe]);
  if (unheld === null) return;
  const { because, ...says } = unheld;
  logger.warn(because, { session, ...says });
}
