import { tokenPunctuation } from "./character-class.ts";
import { partsSeparator, scanText } from "./scan-text.ts";

/**
 * What a person searches for. A text matches if every clause of `required` matches it and none of `excluded` does;
 * `match-text.ts` says when a clause matches. Without required clauses the query is empty: it can match nothing, both
 * lists are then empty, and callers refuse it.
 */
export interface TextQuery {
  readonly required: readonly TextClause[];
  readonly excluded: readonly TextClause[];
}

/** A word, a phrase, or an identifier: found by any of its forms. */
export interface TextClause {
  /** The words in sequence, at least one. */
  readonly words: readonly string[];
  /** The last word, the last part and `whole` may go on in the text. Default: they may not. */
  readonly prefix?: boolean;
  /** The whole form, where the clause is an identifier of several words. */
  readonly whole?: string;
  /** The parts in sequence, where the clause is an identifier in which capitals part words. */
  readonly parts?: readonly string[];
}

/** The most clauses of a query, excluded ones counted. */
const clausesLimit = 32;
/** The most words of a clause (in a script without spaces, pairs of characters). */
const clauseWordsLimit = 64;

/**
 * Reads what a person typed. It can't be wrong: signs without a meaning here only separate words.
 *
 * - Words at a distance are clauses of their own, all required, in any order.
 * - `"in quotes"` is a phrase. A quote that isn't closed goes to the end. “Curly” quotes are quotes, too. Capitals don't
 *   split its words: `"github actions"` finds `GitHub Actions`. It may also be what an identifier is made of:
 *   `"get user"` finds `getUserById`.
 * - What hangs together (`getUserById`, `src/auth/login.ts`, `don't`, `日本語abc`) is one clause: a phrase of its words.
 *   An identifier is also found by the phrase of its parts, so each spelling finds the others: `getUserById`,
 *   `get_user_by_id`, `get-user-by-id`, `GetUserByID`. In quotes it isn't: `"getUserById"` finds `GETUSERBYID`, but not
 *   `get_user_by_id`.
 * - `auth*`, and a phrase with `*` after its closing quote, find what begins so.
 * - `-word` and `-"a phrase"` exclude. `--word` is `word`.
 * - One character of a script without spaces finds every word with it; a longer run is a phrase of pairs.
 *
 * @throws RangeError for more than 32 clauses, or more than 64 words in one.
 */
export function parseTextQuery(input: string): TextQuery {
  const required: TextClause[] = [];
  const excluded: TextClause[] = [];
  for (const match of input.matchAll(chunk)) {
    const { minus, phrase, phraseStar, bare } = match.groups ?? {};
    const clauses =
      phrase === undefined ? readBare(bare ?? "") : readPhrase(phrase, phraseStar !== undefined);
    (minus === undefined ? required : excluded).push(...clauses);
    if (required.length + excluded.length > clausesLimit) {
      throw new RangeError(`A search may have at most ${clausesLimit} words and phrases`);
    }
  }
  return required.length > 0 ? { required, excluded } : { required: [], excluded: [] };
}

/** The phrases by which a clause is found, each of at least one token. */
export function findForms({ words, parts, whole }: TextClause): (readonly string[])[] {
  return [words, ...(parts === undefined ? [] : [parts]), ...(whole === undefined ? [] : [[whole]])];
}

/** A minus counts before what is neither white space nor another minus, and at the start of a chunk only. */
const chunk =
  /(?<minus>(?<=^|\s)-(?=[^\s-]))?(?:["“”](?<phrase>[^"“”]*)(?:["“”](?<phraseStar>\*)?|$)|(?<bare>[^\s"“”]+))/gu;

const onlyJoiners = new RegExp(`^(?:['’]|[${RegExp.escape(tokenPunctuation)}]*)$`, "u");

interface Word {
  readonly token: string;
  readonly start: number;
  readonly end: number;
  readonly isUnspaced: boolean;
}

/** The other forms of an identifier. */
type OtherForms = Pick<TextClause, "whole" | "parts">;

interface Scanned {
  readonly words: Word[];
  /** By where the identifier stands. */
  readonly identifiers: ReadonlyMap<string, OtherForms>;
}

function readPhrase(text: string, prefix: boolean): TextClause[] {
  const { words } = scanQuery(text);
  return words.length === 0 ? [] : [makeClause(words, prefix)];
}

/** Text without white space: a clause for each group of words that nothing but joiners or one apostrophe parts. */
function readBare(text: string): TextClause[] {
  const starless = text.replace(/\*+$/u, "");
  const { words, identifiers } = scanQuery(starless);
  const groups: Word[][] = [];
  let previous: Word | undefined;
  for (const word of words) {
    const hangs = previous !== undefined && onlyJoiners.test(starless.slice(previous.end, word.start));
    const group = hangs ? groups.at(-1) : undefined;
    if (group === undefined) groups.push([word]);
    else group.push(word);
    previous = word;
  }
  const isPrefix = starless.length < text.length && previous?.end === starless.length;
  return groups.map((group, index) => ({
    ...makeClause(group, isPrefix && index === groups.length - 1),
    ...identifiers.get(placeOf(group[0]?.start, group.at(-1)?.end)),
  }));
}

function scanQuery(text: string): Scanned {
  const words: Word[] = [];
  const identifiers = new Map<string, OtherForms>();
  let parts: string[] = [];
  let partsStart = 0;
  scanText(text, {
    word(token, start, end, isUnspaced) {
      words.push({ token, start, end, isUnspaced });
    },
    whole(token, start, end) {
      identifiers.set(placeOf(start, end), { whole: token });
    },
    part(token, start, end) {
      if (parts.length === 0) partsStart = start;
      if (token !== partsSeparator) {
        parts.push(token);
        return;
      }
      const place = placeOf(partsStart, end);
      // Of more parts it is no name that anybody spells in another way, but a key or an encoding.
      if (parts.length <= clauseWordsLimit) identifiers.set(place, { ...identifiers.get(place), parts });
      parts = [];
    },
  });
  return { words, identifiers };
}

function placeOf(start: number | undefined, end: number | undefined): string {
  return `${start}:${end}`;
}

function makeClause(scanned: readonly Word[], prefix: boolean): TextClause {
  const last = scanned.at(-1);
  const beforeLast = scanned.at(-2);
  const words = scanned.map((word) => word.token);
  // The last character of a run is a token of its own only where the run ends, and the text may go on: in a run of
  // several the pair before says enough, a single one must be found at the beginning of a pair as well.
  const endsRun = last?.isUnspaced === true && beforeLast?.isUnspaced === true && beforeLast.end === last.end;
  if (endsRun) words.pop();
  if (words.length > clauseWordsLimit) {
    throw new RangeError(`A phrase may have at most ${clauseWordsLimit} words`);
  }
  const isOpen = prefix || (last?.isUnspaced === true && !endsRun);
  return { words, ...(isOpen ? { prefix: true } : {}) };
}
