import { ThroughlineError } from "@throughline/core";

/** What a caller may do: readers read, writers also write, admins do everything. */
export type Role = "reader" | "writer" | "admin";

/** Who sends a request, as credentials tell. */
export interface Caller {
  /** Whose data it reads and writes. */
  readonly tenant: string;
  readonly role: Role;
}

const rank: Readonly<Record<Role, number>> = { reader: 0, writer: 1, admin: 2 };

/** Refuses a caller whose role is less than what is needed. */
export function checkRole({ role }: Caller, needed: Role): void {
  if (rank[role] >= rank[needed]) return;
  throw new ThroughlineError("forbidden", `This needs the role ${needed}; the caller is a ${role}.`, {
    reason: "role",
    outcome: "refused",
    details: { role: needed },
  });
}

/** The refusal of a request without credentials, or with wrong ones. */
export function unauthorized(): ThroughlineError {
  return new ThroughlineError("unauthorized", "This needs an API key.", {
    reason: "credentials",
    outcome: "refused",
  });
}
