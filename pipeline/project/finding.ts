/** One thing that the doctor looked at. */
export interface Finding {
  readonly kind: "good" | "doubt" | "bad";
  readonly subject: string;
  readonly found: string;
  /** What to do about it, if it is not good. */
  readonly hint?: string;
}
