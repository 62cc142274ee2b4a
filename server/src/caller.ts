import { ThroughlineError } from "@throughline/core";

/** What a caller may do: readers read, writers also write, admins do everything. */
export type Role = "reader" | "writer" | "admin";

/** Who sends a request, as credentials tell. */
export interface Caller {
  /** Whose data it reads and writes. */
  readonly tenant: string;
  readonly role: Role;
}

/** Refuses what the caller's role does not allow. */
export function checkRole({ role }: Caller, method: string): void {
  if (role === "reader" && method !== "GET") {
    throw new ThroughlineError("forbidden", "A reader can't change anything.", { reason: "role" });
  }
}

/** The refusal of a request without credentials, or with wrong ones. */
export function unauthorized(): ThroughlineError {
  return new ThroughlineError("unauthorized", "This needs an API key.", { reason: "credentials" });
}
