/**
 * The engines by name: what they are, which there are, and what a fingerprint
 * must know of them. Loads none of them, so that a declaration can ask.
 */

/** Everything that can execute training. */
export const ENGINES = ["portable", "native", "webgpu", "cuda"] as const;

export type EngineName = (typeof ENGINES)[number];
