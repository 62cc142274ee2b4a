/** Something that always holds in a sound database. */
export interface CheckRule {
  readonly problem: string;
  /** Finds where it does not hold: the session's id or NULL, and a message. */
  readonly sql: string;
}
