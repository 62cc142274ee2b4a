/** Random commands on two stores at once. Needs fast-check. */
export { type CompareOptions, compareStores } from "./compare-stores.ts";
export { compareServices } from "./compare-services.ts";
