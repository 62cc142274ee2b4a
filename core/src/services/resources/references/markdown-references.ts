/** What Markdown links to: inline, by reference definitions, as images, as pages in double brackets, and by tags of HTML. */
import type { LinkReference } from "./reference.ts";

/** Characters that a destination may have: no file's path is longer. */
const destinationLength = 4_096;
/** Round brackets in a destination. */
const nestedBrackets = 8;

/** In order of appearance. Code and comments are passed over; so are links to other places of the page, and to the web. */
export function markdownReferences(content: string): readonly LinkReference[] {
  const found: LinkReference[] = [];
  const add = (written: string, isPage = false): void => {
    const destination = fileOf(isPage ? (written.split("|")[0] ?? "").trim() : written);
    if (destination !== "") found.push({ language: "markdown", destination, isPage });
  };
  const text = withoutCodeBlocks(content, add);
  const spans = new CodeSpans(text);
  let commentsEnd = false;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at];
    if (sign === "\\") at += 1;
    else if (sign === "`") at = spans.endOf(at) - 1;
    else if (sign === "]" && text[at + 1] === "(") {
      const link = inlineDestination(text, at + 2);
      if (link === undefined) continue;
      add(link.destination);
      at = link.end - 1;
    } else if (sign === "[" && text[at + 1] === "[") {
      page.lastIndex = at;
      const [whole, name] = page.exec(text) ?? [];
      if (whole === undefined || name === undefined) continue;
      add(name, true);
      at += whole.length - 1;
    } else if (sign === "<" && !commentsEnd && text.startsWith("<!--", at)) {
      const end = text.indexOf("-->", at + 4);
      commentsEnd = end === -1;
      if (end !== -1) at = end + 2;
    } else if (sign === "<") {
      tag.lastIndex = at;
      const attributes = tag.exec(text)?.[0] ?? "";
      const [, double, single] = attribute.exec(attributes) ?? [];
      const written = double ?? single;
      if (written !== undefined) add(written);
    }
  }
  return found;
}

const page = /\[\[([^[\]\n]{1,1000})\]\]/y;
const tag = /<(?:a|img|source|video|audio|iframe|link|script)\s[^<>]{1,4096}/iy;
const attribute = /\s(?:href|src)\s*=\s*(?:"([^"]*)"|'([^']*)')/i;

const fence = /^(?: {0,3}|[ \t>*+-]*|[ \t>]*\d{1,9}[.)][ \t]+)(`{3,}|~{3,})/;
const definition = /^ {0,3}\[(?!\^)(?:[^\]\\[]|\\.){1,999}\]:[ \t]*(?:<([^<>\n]*)>|(\S+))/;
const listItem = /^[ \t>]*(?:[-+*]|\d{1,9}[.)])[ \t]/;
const indented = /^(?: {4}|\t)/;

/** The text with code, front matter and reference definitions taken out; of these the destinations are told. */
function withoutCodeBlocks(content: string, add: (destination: string) => void): string {
  const body = content.startsWith("---") ? content.slice(frontMatterEnd(content)) : content;
  const kept: string[] = [];
  let opened: string | undefined;
  let isAfterBlank = true;
  let isInList = false;
  for (const line of body.split(/\r\n|\n|\r/)) {
    if (opened !== undefined) {
      if (closes(line, opened)) opened = undefined;
      continue;
    }
    const isBlank = line.trim() === "";
    opened = fence.exec(line)?.[1];
    if (listItem.test(line)) isInList = true;
    else if (!isBlank && isAfterBlank && !/^\s/.test(line)) isInList = false;
    const isCode: boolean =
      opened !== undefined || (isAfterBlank && !isBlank && !isInList && indented.test(line));
    isAfterBlank = isBlank || isCode;
    const defined = isCode ? null : definition.exec(line);
    if (defined !== null) add(defined[1] ?? defined[2] ?? "");
    kept.push(isCode || defined !== null ? "" : line);
  }
  return kept.join("\n");
}

/** Where the text begins behind front matter, which ends with a line of three hyphens. */
function frontMatterEnd(content: string): number {
  if (!/^---[ \t]*\r?\n/.test(content)) return 0;
  const end = /\n---[ \t]*(?:\r?\n|$)/.exec(content);
  return end === null ? 0 : end.index + end[0].length;
}

/** Whether a line ends the code that a fence began. */
function closes(line: string, opened: string): boolean {
  const run = line.replace(/^[ \t>]+/, "").trimEnd();
  return run.length >= opened.length && run === (opened[0] ?? "").repeat(run.length);
}

/** Code within lines: it ends with the next run of as many backticks in its paragraph. */
class CodeSpans {
  readonly #text: string;
  /** Where the paragraph ends that was looked through last. */
  #paragraphEnd = 0;
  /** By their length: where the last run of that paragraph begins. */
  readonly #last = new Map<number, number>();

  constructor(text: string) {
    this.#text = text;
  }

  /** Behind the code that a run of backticks begins; where it begins none, behind the run. */
  endOf(begin: number): number {
    if (begin >= this.#paragraphEnd) this.#lookThrough(begin);
    const runs = runsFrom(this.#text, begin);
    const [opening, end] = runs.next().value ?? [begin, begin + 1];
    const length = end - opening;
    if ((this.#last.get(length) ?? 0) <= begin) return end;
    for (const [from, to] of runs) if (to - from === length) return to;
    return end;
  }

  #lookThrough(begin: number): void {
    paragraphEnd.lastIndex = begin;
    this.#paragraphEnd = paragraphEnd.exec(this.#text)?.index ?? this.#text.length;
    this.#last.clear();
    for (const [from, to] of runsFrom(this.#text, begin)) {
      if (from >= this.#paragraphEnd) return;
      this.#last.set(to - from, from);
    }
  }
}

const paragraphEnd = /\n[^\S\n]*\n/g;
const notBacktick = /[^`]/g;

/** Runs of backticks from a place on, each with its begin and end. */
function* runsFrom(
  text: string,
  at: number,
): Generator<readonly [from: number, to: number], void, undefined> {
  for (let from = text.indexOf("`", at); from !== -1;) {
    notBacktick.lastIndex = from;
    const to = notBacktick.exec(text)?.index ?? text.length;
    yield [from, to];
    from = text.indexOf("`", to);
  }
}

/** A destination behind `](`, and where it ends; undefined: there is none. */
function inlineDestination(
  text: string,
  from: number,
): { readonly destination: string; readonly end: number } | undefined {
  let at = from;
  while (at < from + destinationLength && isSpace(text[at])) at += 1;
  if (text[at] === "<") {
    bracketed.lastIndex = at;
    const written = bracketed.exec(text)?.[1];
    return written === undefined ? undefined : { destination: written, end: at + written.length + 2 };
  }
  const begin = at;
  let depth = 0;
  for (; at < begin + destinationLength && depth <= nestedBrackets; at += 1) {
    const sign = text[at] ?? "";
    if (sign === "\\") at += 1;
    else if (sign === "(") depth += 1;
    else if (sign === ")") depth -= 1;
    const isEnd = depth < 0 || (depth === 0 && isSpace(sign));
    if (isEnd) return { destination: text.slice(begin, at), end: at };
    if (sign === "" || isSpace(sign)) return undefined;
  }
  return undefined;
}

function isSpace(sign: string | undefined): boolean {
  return sign === " " || sign === "\n" || sign === "\t";
}

const bracketed = /<([^<>\n]{0,4096})>/y;

/** The path that a destination names, without anchor and query; `''` where it names none of the project. */
function fileOf(written: string): string {
  const plain = written.replace(/\\([!-/:-@[-`{-~])/g, "$1").replaceAll("&amp;", "&");
  // A scheme has two letters at least: one is a drive.
  if (plain.startsWith("//") || /^[A-Za-z][A-Za-z\d+.-]+:/.test(plain)) return "";
  const path = (/^[^#?]*/.exec(plain)?.[0] ?? "").trim();
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
