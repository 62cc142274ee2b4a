/** What Python imports: statements at the beginning of a line, or behind `;` or `:`, outside of strings and comments. */
import type { PythonReference } from "./reference.ts";

/** In order of appearance; one for each name that is taken from a module. */
export function pythonReferences(content: string): readonly PythonReference[] {
  const found: PythonReference[] = [];
  const tokens = new Tokens(content);
  let isBeginning = true;
  for (let token = tokens.next(); token !== "";) {
    if (isBeginning && token === "import") token = importStatement(tokens, found);
    else if (isBeginning && token === "from") token = fromStatement(tokens, found);
    else {
      isBeginning = token === "\n" || token === ";" || token === ":";
      token = tokens.next();
      continue;
    }
    isBeginning = false;
  }
  return found.filter(({ module }) => module !== "__future__");
}

/** `import a.b as c, d`. Answers the token behind what it understood. */
function importStatement(tokens: Tokens, found: PythonReference[]): string {
  for (;;) {
    const [module, behind] = dottedName(tokens, tokens.next());
    if (module === "") return behind;
    found.push({ language: "python", level: 0, module, name: undefined });
    const token = behind === "as" ? skipName(tokens) : behind;
    if (token !== ",") return token;
  }
}

/** `from ..a.b import (c as d, e)`. */
function fromStatement(tokens: Tokens, found: PythonReference[]): string {
  let level = 0;
  let token = tokens.next();
  for (; token === "."; token = tokens.next()) level += 1;
  const [module, behind] = dottedName(tokens, token);
  if (behind !== "import" || (module === "" && level === 0)) return behind;
  token = tokens.next();
  const isInBrackets = token === "(";
  const nextName = (): string => {
    for (;;) {
      const next = tokens.next();
      if (!isInBrackets || next !== "\n") return next;
    }
  };
  if (isInBrackets) token = nextName();
  const add = (name: string | undefined): void => {
    found.push({ language: "python", level, module, name });
  };
  if (token === "*") {
    add(undefined);
    return tokens.next();
  }
  while (isName(token)) {
    add(token);
    token = nextName();
    if (token === "as") {
      nextName();
      token = nextName();
    }
    if (token !== ",") return token;
    token = nextName();
  }
  return token;
}

/** A name with dots in it that begins with a token, and the token behind it. */
function dottedName(tokens: Tokens, first: string): readonly [name: string, behind: string] {
  if (!isName(first) || first === "import") return ["", first];
  let name = first;
  for (;;) {
    const sign = tokens.next();
    if (sign !== ".") return [name, sign];
    const part = tokens.next();
    if (!isName(part)) return [name, part];
    name += `.${part}`;
  }
}

function skipName(tokens: Tokens): string {
  tokens.next();
  return tokens.next();
}

function isName(token: string): boolean {
  return /^[\p{L}\p{Nl}_]/u.test(token);
}

/** Indentation, blanks, or a line that goes on behind a backslash. In one loop they would take stack for each character. */
const blank = /[^\S\n\r]+|\\\r?\n/y;
const word = /[\w\u0080-\uffff]+/y;
const lineEnd = /[\n\r]/g;

class Tokens {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** A name or number, a sign, `\n`, or `"` for a string; `''` at the end. Comments are passed over. */
  next(): string {
    const text = this.#text;
    while (this.#takes(blank));
    const sign = text[this.#at] ?? "";
    if (sign === "#") {
      this.#toLineEnd();
      return this.next();
    }
    if (sign === '"' || sign === "'") return this.#string(sign);
    const begin = this.#at;
    if (this.#takes(word)) return text.slice(begin, this.#at);
    this.#at += 1;
    return sign === "\r" ? "\n" : sign;
  }

  #takes(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    if (!pattern.test(this.#text)) return false;
    this.#at = pattern.lastIndex;
    return true;
  }

  #toLineEnd(): void {
    lineEnd.lastIndex = this.#at;
    this.#at = lineEnd.exec(this.#text)?.index ?? this.#text.length;
  }

  #string(quote: string): string {
    const text = this.#text;
    const isLong = text.startsWith(quote.repeat(3), this.#at);
    const end = isLong ? quote.repeat(3) : quote;
    let at = this.#at + end.length;
    for (; at < text.length; at += 1) {
      const sign = text[at];
      if (sign === "\\") at += 1;
      else if (sign === quote && text.startsWith(end, at)) {
        at += end.length;
        break;
      } else if (!isLong && (sign === "\n" || sign === "\r")) break;
    }
    this.#at = at;
    return '"';
  }
}
