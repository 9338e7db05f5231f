// Loaded into a process with `--import …/kill-at.mjs?event=uploaded&nth=5&when=after`: that process kills itself as it journals that event, so
// that a test can name the moment instead of waiting for it; with `into=trainings`, as it writes into that table. `before` is within the
// transaction, `after` when it has been committed.
import { DatabaseSync } from "node:sqlite";

const asked = new URL(import.meta.url).searchParams;
const [event, nth, when, into] = [asked.get("event"), Number(asked.get("nth")), asked.get("when"), asked.get("into") ?? "events"];
let seen = 0;
let armed = false;

const { prepare, exec } = DatabaseSync.prototype;
DatabaseSync.prototype.prepare = function (sql) {
  const statement = prepare.call(this, sql);
  if (!sql.trimStart().startsWith(`INSERT INTO ${into} `)) return statement;
  const run = statement.run.bind(statement);
  statement.run = (...values) => {
    if ((into !== "events" || nameOf(values[2]) === event) && ++seen === nth) {
      if (when === "before") die();
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

function nameOf(bytes) {
  const { kind, message } = JSON.parse(new TextDecoder().decode(bytes));
  return kind === "heard" ? `heard ${message.kind}` : kind;
}

function die() {
  process.kill(process.pid, "SIGKILL");
  // Nothing may happen after it, not even until the signal arrives.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}
