/** Paths as resources have them: with `/` or `\`, relative to the project, or absolute. */

/** Characters that a path may have, roughly: a resource takes no more than as many bytes. */
export const pathLength = 4_096;

/** The folder of a file, to resolve other paths from. */
export class Folder {
  readonly #separator: string;
  /** What `..` does not take: `/`, a drive, or a leading `.`. */
  readonly #root: string;
  readonly #parts: readonly string[];

  private constructor(separator: string, root: string, parts: readonly string[]) {
    this.#separator = separator;
    this.#root = root;
    this.#parts = parts;
  }

  static of(path: string): Folder {
    const separator = path.includes("\\") && !path.includes("/") ? "\\" : "/";
    const [root = ""] = /^(?:[A-Za-z]:)?[/\\]+|^\.[/\\]+/.exec(path) ?? [];
    const parts = resolve([], path.slice(root.length).split(/[/\\]/).slice(0, -1));
    return new Folder(separator, root, parts ?? []);
  }

  get isAbsolute(): boolean {
    return this.#root !== "" && !this.#root.startsWith(".");
  }

  /** A path below or beside it; undefined where it climbs above the root, or is the root. */
  file(relative: string): string | undefined {
    const parts = resolve(this.#parts, relative.split(/[/\\]/));
    return parts === undefined || parts.length === 0 ? undefined : this.#root + parts.join(this.#separator);
  }

  /** Itself and the folders around it, innermost first: at most so many. */
  *around(most: number): Generator<Folder, void, undefined> {
    const last = Math.max(this.#parts.length - most + 1, 0);
    for (let length = this.#parts.length; length >= last; length -= 1) {
      yield new Folder(this.#separator, this.#root, this.#parts.slice(0, length));
    }
  }

  /** The outermost. */
  get top(): Folder {
    return new Folder(this.#separator, this.#root, []);
  }
}

function resolve(from: readonly string[], relative: readonly string[]): readonly string[] | undefined {
  const parts = [...from];
  for (const part of relative) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts;
}
