/** What a content refers to, before anybody knows which file that is. */

/** An import of a script, by what stands between its quotes. */
export interface ScriptReference {
  readonly language: "script";
  readonly specifier: string;
}

/** A module of Python, or names that are taken from one. */
export interface PythonReference {
  readonly language: "python";
  /** Leading dots; 0: absolute. */
  readonly level: number;
  /** `''` where only dots were given. */
  readonly module: string;
  /** What is taken from it: a module below it, or something inside. Undefined: the module itself. */
  readonly name: string | undefined;
}

/** A link or an image of a text. */
export interface LinkReference {
  readonly language: "markdown";
  /** Without anchor and query. */
  readonly destination: string;
  /** Whether it was in double brackets: the name of a page, wherever that lies. */
  readonly isPage: boolean;
}

export type Reference = ScriptReference | PythonReference | LinkReference;
