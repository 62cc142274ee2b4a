/** Finds the stable names that errors and findings carry, in the sources that make them. */
import { readFileSync } from "node:fs";
import { type Expression, type Node, Visitor, parseSync } from "oxc-parser";

/** Fields and parameters that hold such a name. */
const carriers = new Set(["reason", "problem"]);
/** What else goes by these words, such as sentences, is no stable name. */
const stableName = /^[a-z]+(_[a-z0-9]+)*$/;

interface Source {
  readonly path: string;
  readonly program: ReturnType<typeof parseSync>["program"];
  /** Of the functions that take such a name: the position of its parameter. */
  readonly makers: ReadonlyMap<string, number>;
}

/** Every name, with a file that uses it. */
export function findReasons(paths: readonly string[]): ReadonlyMap<string, string> {
  const sources = paths.map(readSource);
  const exported = new Map(sources.flatMap(({ makers }) => [...makers]));
  const found = new Map<string, string>();
  for (const source of sources) {
    for (const name of namesIn(source, exported)) {
      if (stableName.test(name)) found.set(name, source.path);
    }
  }
  return found;
}

function readSource(path: string): Source {
  const { program, errors } = parseSync(path, readFileSync(path, "utf8"));
  if (errors.length > 0) throw new Error(`${path} can't be parsed: ${errors[0]?.message}`);
  const makers = new Map<string, number>();
  new Visitor({
    FunctionDeclaration({ id, params }) {
      const position = params.findIndex(
        (parameter) => parameter.type === "Identifier" && carriers.has(parameter.name),
      );
      if (id !== null && position >= 0) makers.set(id.name, position);
    },
  }).visit(program);
  return { path, program, makers };
}

function namesIn({ program, makers }: Source, exported: ReadonlyMap<string, number>): readonly string[] {
  const declared = new Set<string>();
  const values: (Node | undefined)[] = [];
  new Visitor({
    FunctionDeclaration({ id }) {
      if (id !== null) declared.add(id.name);
    },
  }).visit(program);
  new Visitor({
    Property({ key, value }) {
      if (key.type === "Identifier" && carriers.has(key.name)) values.push(value);
    },
    VariableDeclarator({ id, init }) {
      if (id.type === "Identifier" && carriers.has(id.name) && init !== null) values.push(init);
    },
    CallExpression({ callee, arguments: given }) {
      if (callee.type !== "Identifier") return;
      // A function of the file itself hides one of the same name elsewhere.
      const position = declared.has(callee.name) ? makers.get(callee.name) : exported.get(callee.name);
      if (position !== undefined) values.push(given[position]);
    },
  }).visit(program);
  return values.flatMap((value) => (value === undefined ? [] : texts(value as Expression)));
}

/** The texts that an expression may have as its value. */
function texts(value: Expression): readonly string[] {
  switch (value.type) {
    case "Literal":
      return typeof value.value === "string" ? [value.value] : [];
    case "ConditionalExpression":
      return [...texts(value.consequent), ...texts(value.alternate)];
    case "LogicalExpression":
      return [...texts(value.left), ...texts(value.right)];
    case "TSAsExpression":
    case "ParenthesizedExpression":
      return texts(value.expression);
    default:
      return [];
  }
}
