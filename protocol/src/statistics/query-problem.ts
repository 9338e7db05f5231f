/** One reason why a charter's nodes would refuse a query. `path` is a JSON pointer (RFC 6901) into the query; `fix` says what would make it pass. */
export interface QueryProblem {
  readonly path: string;
  readonly says: string;
  readonly fix: string;
}
