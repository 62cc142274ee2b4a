import { ThroughlineError } from "@throughline/core";

export const roles = ["reader", "writer", "admin"] as const;

/** What a caller may do: readers read, writers also write, admins do everything. */
export type Role = (typeof roles)[number];

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

/** What concerns every tenant is for those who run the server, not for administrators of its guests. */
export function checkOperator({ isOperator }: { readonly isOperator: boolean }): void {
  if (isOperator) return;
  throw new ThroughlineError("forbidden", "This concerns every tenant, and the caller is of one only.", {
    reason: "role",
    outcome: "refused",
    details: { role: "admin" },
  });
}

/** The refusal of a request without credentials, or with wrong ones. */
export function unauthorized(
  reason: "credentials" | "key_expired" | "key_revoked",
  message: string,
): ThroughlineError {
  return new ThroughlineError("unauthorized", message, { reason, outcome: "refused" });
}
