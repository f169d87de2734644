/** What an archive of the experiment is judged by: part of its verifier, so it imports no schema. */
export { verdicts } from "../claims/judgement.ts";
export { findings } from "../onnx/metadata.ts";
