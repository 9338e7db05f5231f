// jest's own environment makes each suite's globals a proxy behind V8's interceptors: every `Math`, `BigInt` or `Uint8Array` that arithmetic
// names is then a call into C++, which made our sums tens of times slower under test than in the product. Node's plain kind of context has none.
import { TestEnvironment } from "jest-environment-node";
import vm from "node:vm";

const contextified = vm.createContext;

export default class PlainGlobals extends TestEnvironment {
  constructor(config, context) {
    vm.createContext = () => contextified(vm.constants.DONT_CONTEXTIFY);
    try {
      super(config, context);
    } finally {
      vm.createContext = contextified;
    }
  }
}
