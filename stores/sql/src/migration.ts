/** One step of a schema: frozen once it is released. */
export interface Migration {
  /** From 1, without gaps: the schema's version when it has been carried out. */
  readonly version: number;
  readonly name: string;
  /** SQL that leads from the version before to this one. */
  readonly up: string;
  /** SQL that leads back; what the version before had no place for is lost. */
  readonly down: string;
}
