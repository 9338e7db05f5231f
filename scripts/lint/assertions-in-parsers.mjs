// A cast is a promise to the compiler that nobody checks. It may stand where foreign data is checked by hand, which is in `parse…`.

const ASSERTION = "an `as` only inside a function named parse…, right after the check that makes it true";
const PARSER = /^parse([A-Z]|$)/;

/** Forbids type assertions outside functions whose name starts with `parse`. `as const` asserts nothing and is always fine. */
export const assertionsInParsers = {
  meta: { type: "problem", schema: [], messages: { outside: ASSERTION } },
  create(context) {
    const report = (node) => {
      if (!isConst(node) && !functionsAround(node).some((name) => PARSER.test(name))) context.report({ node, messageId: "outside" });
    };
    return { TSAsExpression: report, TSTypeAssertion: report };
  },
};

function isConst({ typeAnnotation }) {
  return typeAnnotation.type === "TSTypeReference" && typeAnnotation.typeName.type === "Identifier" && typeAnnotation.typeName.name === "const";
}

function functionsAround(node) {
  const names = [];
  for (let at = node.parent; at; at = at.parent) {
    if (at.type === "FunctionDeclaration") names.push(at.id?.name ?? "");
    if (at.type === "FunctionExpression" || at.type === "ArrowFunctionExpression") names.push(nameGivenTo(at.parent));
  }
  return names;
}

/** The name of what a function expression is the value of: a variable, a method or a property. */
function nameGivenTo(parent) {
  const named = parent.id ?? parent.key;
  return named?.type === "Identifier" || named?.type === "PrivateIdentifier" ? named.name : "";
}
