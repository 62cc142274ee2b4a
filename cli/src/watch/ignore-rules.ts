/** Which files of a workspace git ignores: those are none that anybody works on. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import ignore from "ignore";

/** Files of rules that are larger are not read: nobody wrote them by hand. */
const largest = 1024 * 1024;
/** Answers that are remembered at most, here and in each file's rules. */
const remembered = 50_000;

/** The rules of one file. `undefined`: they say nothing of the path. */
interface Rules {
  opinionOn(path: string): boolean | undefined;
}

/**
 * The rules of every `.gitignore` of a workspace, of the repository's `info/exclude`, and that git itself lies apart. Files
 * of rules are read when a path below them is asked for.
 */
export class IgnoreRules {
  readonly #root: string;
  readonly #ofRepository: Rules | undefined;
  /** By folder, relative to the root; undefined: it has none. */
  readonly #files = new Map<string, Rules | undefined>();
  readonly #folders = new Map<string, boolean>();

  /** `git`: the folder of the repository itself, where there is one. */
  constructor(root: string, git: string | undefined) {
    this.#root = root;
    this.#ofRepository = git === undefined ? undefined : readRules(join(git, "info", "exclude"));
  }

  /** Whether a path is ignored. It is relative to the root, with `/` between. */
  ignores(path: string, isFolder: boolean): boolean {
    if (path === "") return false;
    const known = isFolder ? this.#folders.get(path) : undefined;
    if (known !== undefined) return known;
    const parent = parentOf(path);
    const ignored = this.ignores(parent, true) || this.#isNamed(path, isFolder);
    if (isFolder) {
      if (this.#folders.size >= remembered) this.#folders.clear();
      this.#folders.set(path, ignored);
    }
    return ignored;
  }

  /** Files of rules have changed. */
  forget(): void {
    this.#files.clear();
    this.#folders.clear();
  }

  /** Whether the rules name the path itself. The nearest file that says anything of it decides. */
  #isNamed(path: string, isFolder: boolean): boolean {
    if (path === ".git" || path.endsWith("/.git")) return true;
    for (let folder: string | undefined = parentOf(path); folder !== undefined; folder = above(folder)) {
      const inner = folder === "" ? path : path.slice(folder.length + 1);
      const opinion = this.#rulesIn(folder)?.opinionOn(isFolder ? `${inner}/` : inner);
      if (opinion !== undefined) return opinion;
    }
    return this.#ofRepository?.opinionOn(isFolder ? `${path}/` : path) ?? false;
  }

  #rulesIn(folder: string): Rules | undefined {
    if (!this.#files.has(folder)) this.#files.set(folder, readRules(join(this.#root, folder, ".gitignore")));
    return this.#files.get(folder);
  }
}

function parentOf(path: string): string {
  const parent = dirname(path);
  return parent === "." ? "" : parent;
}

function above(folder: string): string | undefined {
  return folder === "" ? undefined : parentOf(folder);
}

function readRules(path: string): Rules | undefined {
  try {
    const bytes = readFileSync(path);
    return bytes.length > largest ? undefined : parseRules(bytes.toString("utf8"));
  } catch {
    return undefined;
  }
}

const options = { ignoreCase: process.platform === "win32" || process.platform === "darwin" };

function parseRules(text: string): Rules {
  let all = ignore(options).add(text);
  let asked = 0;
  return {
    opinionOn: (path) => {
      // The package remembers every answer.
      asked += 1;
      if (asked % remembered === 0) all = ignore(options).add(text);
      const parent = parentOf(path);
      // Whoever asks knows that the folder is not ignored: a nearer file has brought it back.
      if (parent !== "" && all.test(`${parent}/`).ignored) return lastLineOn(path, parent, text);
      const { ignored, unignored } = all.test(path);
      return ignored ? true : unignored ? false : undefined;
    },
  };
}

/** What the lines say of a path itself, and not of the folder that it lies in. */
function lastLineOn(path: string, parent: string, text: string): boolean | undefined {
  for (const line of text.split("\n").toReversed()) {
    const isNegative = line.startsWith("!");
    const rule = ignore(options).add(isNegative ? line.slice(1) : line);
    if (rule.test(path).ignored && !rule.test(`${parent}/`).ignored) return !isNegative;
  }
  return undefined;
}
