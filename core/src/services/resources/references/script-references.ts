/**
 * What TypeScript and JavaScript import: a lexer that knows comments, strings, templates and regular expressions, and takes
 * each character once. What it can't tell apart without a parser (a slash after `)`, quotes in JSX) costs it a line at most.
 */
import type { ScriptReference } from "./reference.ts";

/** `import … from`, `export … from`, `import()`, `require()` and `/// <reference path>`, in order of appearance. */
export function scriptReferences(content: string): readonly ScriptReference[] {
  const scan = new ScriptScan(content);
  scan.run(0, true);
  // A template that never ends is none: a backtick in JSX, say.
  if (scan.openTemplate !== undefined) scan.run(scan.openTemplate + 1, false);
  return scan.found.map((specifier) => ({ language: "script", specifier }));
}

/** After these a slash begins a regular expression. */
const beforeExpression = new Set(
  "return typeof case in of delete void throw new else do instanceof yield await".split(" "),
);

const word = /[\w$\u0080-\uffff]+/y;
const space = /\s+/y;
const lineEnd = /[\n\r\u2028\u2029]/g;
const triplePath = /^\/\/\/\s*<reference\s+path\s*=\s*(?:"([^"\n]*)"|'([^'\n]*)')/;

/** Where in a declaration the scan is. */
type Clause =
  | "none"
  | "imported"
  | "exported"
  | "names"
  | "braces"
  | "from"
  | "required"
  | "called"
  | "closing";

class ScriptScan {
  readonly found: string[] = [];
  /** Where the outermost template begins that was open at the end. */
  openTemplate: number | undefined;
  readonly #text: string;
  #at = 0;
  /** For each template that is open: curly brackets in its expression. */
  #templates: number[] = [];
  /** The last token: a word, a sign, or `"` for a string. */
  #last = "";
  #beforeLast = "";
  #clause: Clause = "none";
  /** Of a call, if nothing follows it. */
  #argument = "";
  /** No slash before here begins a regular expression. */
  #noExpressionBefore = 0;

  constructor(text: string) {
    this.#text = text;
  }

  run(from: number, hasTemplates: boolean): void {
    const text = this.#text;
    this.#at = from;
    this.#templates = [];
    this.openTemplate = undefined;
    this.#clause = "none";
    if (from === 0 && text.startsWith("#!")) this.#toLineEnd();
    while (this.#at < text.length) {
      if (this.#takes(space)) continue;
      const begin = this.#at;
      const sign = text[begin] as string;
      if (sign === "/" && text[this.#at + 1] === "/") this.#lineComment();
      else if (sign === "/" && text[this.#at + 1] === "*") this.#blockComment();
      else if (sign === '"' || sign === "'") this.#string(sign);
      else if (sign === "`" && hasTemplates) this.#beginTemplate();
      else if (sign === "}" && this.#templates.at(-1) === 0) this.#endOfExpression();
      else if (sign === "/" && this.#beginsExpression() && this.#expression()) this.#token("/x/");
      else if (this.#takes(word)) this.#token(text.slice(begin, this.#at));
      else this.#sign(sign);
    }
  }

  /** Goes on behind what a pattern finds here. */
  #takes(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    if (!pattern.test(this.#text)) return false;
    this.#at = pattern.lastIndex;
    return true;
  }

  #sign(sign: string): void {
    const open = this.#templates.length - 1;
    if (open >= 0) {
      if (sign === "{") this.#templates[open] = (this.#templates[open] ?? 0) + 1;
      if (sign === "}") this.#templates[open] = (this.#templates[open] ?? 0) - 1;
    }
    this.#at += 1;
    this.#token(sign);
  }

  #token(token: string): void {
    this.#clause = this.#next(token);
    this.#beforeLast = this.#last;
    this.#last = token;
  }

  /** Where the scan is behind a token that is no string. */
  #next(token: string): Clause {
    const isProperty = this.#last === ".";
    if (token === "import" && !isProperty) return "imported";
    if (token === "export" && !isProperty) return "exported";
    if (token === "require" && !isProperty) return "required";
    switch (this.#clause) {
      case "imported":
        if (token === "(") return "called";
        if (token === "{") return "braces";
        return token === "*" || isWord(token) ? "names" : "none";
      case "exported":
        if (token === "{") return "braces";
        return token === "*" || token === "type" ? "names" : "none";
      case "names":
      case "from":
        if (token === "from") return "from";
        if (token === "{") return "braces";
        return token === "*" || token === "," || isWord(token) ? "names" : "none";
      case "braces":
        if (token === "}") return "names";
        return token === "," || token === "*" || isWord(token) ? "braces" : "none";
      case "required":
        if (token === "(") return "called";
        return token === "." || token === "resolve" || token === "?" ? "required" : "none";
      case "closing":
        if (token === ")" || token === ",") this.found.push(this.#argument);
        return "none";
      default:
        return "none";
    }
  }

  #stringToken(value: string): void {
    const clause = this.#clause;
    this.#clause = "none";
    if (clause === "from" || clause === "imported") this.found.push(value);
    else if (clause === "braces") this.#clause = "braces";
    else if (clause === "called") {
      this.#argument = value;
      this.#clause = "closing";
    }
    this.#beforeLast = this.#last;
    this.#last = '"';
  }

  /** One without an end on its line is none: the rest of the line is passed over. */
  #string(quote: string): void {
    const text = this.#text;
    const begin = this.#at + 1;
    for (let at = begin; at < text.length; at += 1) {
      const sign = text[at];
      if (sign === "\\") at += text[at + 1] === "\r" && text[at + 2] === "\n" ? 2 : 1;
      else if (sign === quote) {
        this.#at = at + 1;
        this.#stringToken(text.slice(begin, at).replace(/\\(.)/g, "$1"));
        return;
      } else if (sign === "\n" || sign === "\r") {
        this.#at = at;
        this.#token("'");
        return;
      }
    }
    this.#at = text.length;
  }

  #lineComment(): void {
    const begin = this.#at;
    this.#toLineEnd();
    if (this.#text[begin + 2] !== "/") return;
    const match = triplePath.exec(this.#text.slice(begin, Math.min(this.#at, begin + 5_000)));
    const path = match?.[1] ?? match?.[2];
    if (path !== undefined) this.found.push(/^\.{0,2}\//.test(path) ? path : `./${path}`);
  }

  #toLineEnd(): void {
    lineEnd.lastIndex = this.#at;
    this.#at = lineEnd.exec(this.#text)?.index ?? this.#text.length;
  }

  #blockComment(): void {
    const end = this.#text.indexOf("*/", this.#at + 2);
    this.#at = end === -1 ? this.#text.length : end + 2;
  }

  #beginTemplate(): void {
    if (this.#templates.length === 0) this.openTemplate = this.#at;
    const begin = this.#at + 1;
    const clause = this.#clause;
    const outer = this.#templates.length;
    this.#templates.push(-1);
    this.#template(begin);
    const isWhole = this.#last === "`" && this.#templates.length === outer;
    if (clause !== "called" || !isWhole) return;
    // Without an expression in it, it is a string.
    this.#argument = this.#text.slice(begin, this.#at - 1);
    this.#clause = "closing";
  }

  /** Behind the end of an expression the template goes on. */
  #endOfExpression(): void {
    this.#template(this.#at + 1);
  }

  /** The text of a template, up to its end or its next expression. */
  #template(from: number): void {
    const text = this.#text;
    const innermost = this.#templates.length - 1;
    for (let at = from; at < text.length; at += 1) {
      const sign = text[at];
      if (sign === "\\") at += 1;
      else if (sign === "`") {
        this.#templates.pop();
        if (this.#templates.length === 0) this.openTemplate = undefined;
        this.#at = at + 1;
        this.#token("`");
        return;
      } else if (sign === "$" && text[at + 1] === "{") {
        this.#templates[innermost] = 0;
        this.#at = at + 2;
        this.#token("${");
        return;
      }
    }
    this.#at = text.length;
  }

  #beginsExpression(): boolean {
    if (this.#at < this.#noExpressionBefore) return false;
    const last = this.#last;
    if (isWord(last)) return beforeExpression.has(last) && this.#beforeLast !== ".";
    return !["<", ")", "]", "}", '"', "`", "/x/"].includes(last);
  }

  /** A regular expression, if it ends on its line. */
  #expression(): boolean {
    const text = this.#text;
    let isClass = false;
    let at = this.#at + 1;
    for (; at < text.length; at += 1) {
      const sign = text[at];
      if (sign === "\n" || sign === "\r") break;
      if (sign === "\\") at += 1;
      else if (sign === "[") isClass = true;
      else if (sign === "]") isClass = false;
      else if (sign === "/" && !isClass) {
        this.#at = at + 1;
        return true;
      }
    }
    this.#noExpressionBefore = at;
    return false;
  }
}

function isWord(token: string): boolean {
  return /^[\w$\u0080-\uffff]/.test(token);
}
