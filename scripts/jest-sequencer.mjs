// jest runs what it remembers to be long first. A fresh clone remembers nothing and goes by file size, and the suites that start processes are
// short files: they would come last, and the longest of them would keep one worker busy while the other has nothing left.
import Sequencer from "@jest/test-sequencer";

export default class ProcessesFirst extends Sequencer {
  async sort(tests) {
    const sorted = await super.sort(tests);
    const starts = ({ path }) => path.includes("/examples/test/");
    return [...sorted.filter(starts), ...sorted.filter((test) => !starts(test))];
  }
}
