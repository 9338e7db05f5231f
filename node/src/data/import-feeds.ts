import { Refusal } from "@cohortium/protocol/host/refusal";
import type { Feed } from "./feeds/feed.js";
import { withFeeds, type FeedSettings } from "./feeds/with-feed.js";
import type { Import, RowTerms } from "./import-rows.js";
import { fileProblem } from "./problem.js";
import type { OwnWords } from "./recipe/own-words.js";
import { readRecipe } from "./recipe/read-recipe.js";

interface Feeds {
  open(): { readonly rows: Feed; readonly transactions: Feed | null };
  readonly settings: FeedSettings;
}

interface FeedTerms extends RowTerms {
  readonly uniqueColumn: string | null;
  readonly words: OwnWords;
}

/** Executes the charter's recipe over feeds. What keeps one from being opened is told as a problem of the rows. */
export async function importFeeds({ open, settings }: Feeds, terms: FeedTerms): Promise<Import> {
  const { recipe } = terms;
  try {
    const { rows, transactions } = open();
    const asked = transactions === null || recipe.transactions === undefined ? [rows] : [rows, transactions];
    // A database gives rows in no order, and a folder in the order of its files: so they are put into one of their own.
    return await withFeeds(asked, settings, ([own, purchases]) => {
      if (own === undefined) throw new Error("unreachable: as many tables as feeds");
      return readRecipe({ rows: own, transactions: purchases ?? null }, { ...terms, order: "canonical", malformedLines: [] });
    });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { kind: "refused", problems: [{ ...fileProblem("DATA_FEED", `${error.title}: ${error.detail}`, 1), fix: error.fix ?? "see the feed with: cohortium feed preview" }] };
  }
}
