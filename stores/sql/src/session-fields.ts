/** The two tables that sessions lie in: what rarely changes in wide rows, what every append changes in narrow ones. */
import { SESSION_LOG_FIELDS, sessions } from "@throughline/core";

/** Fields of a session that an append reads and writes, the revision among them. */
export const sessionLogFields: ReadonlySet<string> = new Set([...SESSION_LOG_FIELDS, "revision"]);

/** All its other fields. */
export const sessionRowFields: readonly string[] = Object.keys(sessions.fields).filter(
  (field) => !sessionLogFields.has(field),
);
