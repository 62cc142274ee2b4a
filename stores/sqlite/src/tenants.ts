import type { Connection } from "./connection.ts";

/** The numbers of tenants. They never change, so they are remembered once they are committed. */
export class Tenants {
  readonly #known = new Map<string, number>();

  /** The number of a tenant, 0 if it has none yet. */
  find(connection: Connection, tenant: string): number {
    const known = this.#known.get(tenant);
    if (known !== undefined) return known;
    const found = connection.readNumber(`SELECT tenant FROM tenants WHERE tenant_id = ?`, tenant);
    return found;
  }

  /** Gives a tenant a number, in the transaction that runs: it may yet be undone, so it is not remembered here. */
  add(connection: Connection, tenant: string): number {
    const { lastInsertRowid } = connection.prepare(`INSERT INTO tenants (tenant_id) VALUES (?)`).run(tenant);
    return Number(lastInsertRowid);
  }

  /** Remembers a tenant that a committed state of the file holds. */
  remember(tenant: string, number: number): void {
    if (number !== 0) this.#known.set(tenant, number);
  }
}
