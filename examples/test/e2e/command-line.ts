export { typeCommand, type Typed } from "../../src/consortium/command-line.js";
