/**
 * What an archive of the experiment is judged by, part of its verifier: all that
 * the experiment declares, and the judge of its claims.
 */
export { verdicts } from "../claims/judgement.ts";
export { experiment } from "./configured.ts";
export { findings } from "./contradictions.ts";
export { pipeline } from "./pipeline.ts";
export { publication } from "./publication.ts";
