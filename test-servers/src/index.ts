export { EmptiedSchemas } from "./emptied-schemas.ts";
export { makeCertificate } from "./certificate.ts";
export { findFreePort } from "./free-port.ts";
export { MissingServerError, startOrSkip } from "./missing-server.ts";
export type { MongodbOptions, MongodbServer } from "./start-mongodb.ts";
export { startMongodb } from "./start-mongodb.ts";
export type { PostgresSource } from "./postgres-binaries.ts";
export type { PostgresOptions, PostgresServer } from "./start-postgres.ts";
export { startPostgres } from "./start-postgres.ts";
export {
  testMongodbDatabase,
  testMongodbUrl,
  testPostgresSchema,
  testPostgresUrl,
} from "./test-databases.ts";
export type { CutManner, Direction, LinkMode } from "./link-mode.ts";
export type { Proxy, ProxyOptions, ProxyStatistics } from "./start-proxy.ts";
export { startProxy } from "./start-proxy.ts";
export { endsWithin } from "./ends-within.ts";
export { repairOnceCut } from "./repair-once-cut.ts";
export type { TestProgram } from "./start-program.ts";
export { startProgram } from "./start-program.ts";
export { bundleProgram } from "./bundle-program.ts";
