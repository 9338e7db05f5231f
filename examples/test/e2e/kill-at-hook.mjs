// Loaded into a process with `--import …/kill-at-hook.mjs?file=…` (`kill-at.ts`): once that file names a moment, the process kills itself as it
// journals that event, or with `into` as it writes into that table, for the nth time since then; so a test names the moment instead of waiting
// for it. `before` is within the transaction, `after` when it has been committed.
import { existsSync, readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";

const file = new URL(import.meta.url).searchParams.get("file");
let read = "";
let moment = null;
let seen = 0;
let armed = false;

const { prepare, exec } = DatabaseSync.prototype;
DatabaseSync.prototype.prepare = function (sql) {
  const statement = prepare.call(this, sql);
  const table = /^\s*INSERT INTO (\w+) /.exec(sql)?.[1];
  if (table === undefined) return statement;
  const run = statement.run.bind(statement);
  statement.run = (...values) => {
    if (isMoment(table, values)) {
      if (moment.when === "before") die();
      armed = true;
    }
    return run(...values);
  };
  return statement;
};
DatabaseSync.prototype.exec = function (sql) {
  exec.call(this, sql);
  if (armed && !this.isTransaction) die();
};

function isMoment(table, values) {
  const now = existsSync(file) ? readFileSync(file, "utf8") : "";
  if (now !== read) [read, moment, seen] = [now, now === "" ? null : JSON.parse(now), 0];
  if (moment === null || table !== (moment.into ?? "events")) return false;
  return (moment.into !== undefined || nameOf(values[2]) === moment.event) && ++seen === moment.nth;
}

function nameOf(bytes) {
  const { kind, message } = JSON.parse(new TextDecoder().decode(bytes));
  return kind === "heard" ? `heard ${message.kind}` : kind;
}

function die() {
  process.kill(process.pid, "SIGKILL");
  // Nothing may happen after it, not even until the signal arrives.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}
