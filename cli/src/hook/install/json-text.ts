/** Changes a text of JSON in one place, and leaves every other byte as it is. */

/** A value, and where it stands. */
export interface JsonNode {
  readonly value: unknown;
  readonly start: number;
  readonly end: number;
  /** How deep it lies: 0 is the whole. */
  readonly depth: number;
  /** Of an object or a list: what is in it, from the first character of a member to the last of its value. */
  readonly children: readonly JsonChild[];
}

interface JsonChild {
  /** Undefined in lists. */
  readonly key: string | undefined;
  readonly start: number;
  readonly node: JsonNode;
}

/** @throws SyntaxError for what is no JSON */
export function readJsonText(text: string): JsonNode {
  JSON.parse(text);
  return readNode(text, skipSpace(text, 0), 0);
}

/** The child of that name: the last one, as for everybody who reads JSON. */
export function memberOf(node: JsonNode | undefined, key: string): JsonNode | undefined {
  return node?.children.findLast((child) => child.key === key)?.node;
}

/** Adds a member to the end of an object, or an element to that of a list, in the way that the text is written. */
export function addChild(text: string, node: JsonNode, key: string | undefined, value: unknown): string {
  const last = node.children.at(-1);
  const style = styleOf(text, node);
  const name = key === undefined ? "" : `${JSON.stringify(key)}:${style.colon}`;
  const child = name + style.print(value);
  if (last !== undefined) return splice(text, last.node.end, last.node.end, `,${style.before}${child}`);
  return splice(text, node.start + 1, node.end - 1, style.open + child + style.close);
}

/** Takes a child away, with its comma. */
export function removeChild(text: string, node: JsonNode, index: number): string {
  const { children } = node;
  const child = children[index];
  const next = children[index + 1];
  const before = children[index - 1];
  if (child === undefined) return text;
  if (before !== undefined) return splice(text, before.node.end, child.node.end, "");
  if (next !== undefined) return splice(text, child.start, next.start, "");
  return splice(text, node.start + 1, node.end - 1, "");
}

function splice(text: string, from: number, to: number, by: string): string {
  return text.slice(0, from) + by + text.slice(to);
}

interface Style {
  readonly colon: string;
  /** Between a comma and the next child. */
  readonly before: string;
  /** Around the first child of what was empty. */
  readonly open: string;
  readonly close: string;
  print(value: unknown): string;
}

/** A value on one line stays on one line. */
function styleOf(text: string, node: JsonNode): Style {
  const [first] = node.children;
  const isOneLine =
    first === undefined ? isWithoutLines(text) : !text.slice(node.start, first.start).includes("\n");
  if (isOneLine) {
    const space = /[:,] /.test(text) ? " " : "";
    return {
      colon: space,
      before: `,${space}`.slice(1),
      open: "",
      close: "",
      print: (value) => JSON.stringify(value),
    };
  }
  const line = text.includes("\r\n") ? "\r\n" : "\n";
  const unit = /\n([ \t]+)\S/.exec(text)?.[1] ?? "  ";
  const indent = (depth: number): string => line + unit.repeat(depth);
  return {
    colon: " ",
    before: indent(node.depth + 1),
    open: indent(node.depth + 1),
    close: indent(node.depth),
    print: (value) => JSON.stringify(value, null, unit).replaceAll("\n", indent(node.depth + 1)),
  };
}

/** An empty object alone may become what it likes. */
function isWithoutLines(text: string): boolean {
  return !text.includes("\n") && text.trim() !== "{}";
}

function readNode(text: string, start: number, depth: number): JsonNode {
  const opening = text[start];
  if (opening !== "{" && opening !== "[") {
    const end = opening === '"' ? endOfString(text, start) : endOfWord(text, start);
    return { value: JSON.parse(text.slice(start, end)), start, end, depth, children: [] };
  }
  const children: JsonChild[] = [];
  let at = skipSpace(text, start + 1);
  while (text[at] !== "}" && text[at] !== "]") {
    const childStart = at;
    let key: string | undefined;
    if (opening === "{") {
      const keyEnd = endOfString(text, at);
      key = JSON.parse(text.slice(at, keyEnd)) as string;
      at = skipSpace(text, skipSpace(text, keyEnd) + 1);
    }
    const node = readNode(text, at, depth + 1);
    children.push({ key, start: childStart, node });
    at = skipSpace(text, node.end);
    if (text[at] === ",") at = skipSpace(text, at + 1);
  }
  return { value: JSON.parse(text.slice(start, at + 1)), start, end: at + 1, depth, children };
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && " \t\r\n".includes(text[at] ?? "")) at += 1;
  return at;
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at + 1;
}

function endOfWord(text: string, start: number): number {
  let at = start;
  while (at < text.length && !" \t\r\n,]}".includes(text[at] ?? "")) at += 1;
  return at;
}
