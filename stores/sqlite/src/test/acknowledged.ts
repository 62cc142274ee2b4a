/** What a writing process says when a commit has resolved. */
export interface Acknowledged {
  readonly batch: string;
  readonly session: string;
  readonly position: number;
  /** Whether the batch had an operation id: its own name. */
  readonly operation: boolean;
  readonly messages: readonly { readonly id: string; readonly seq: number }[];
}
