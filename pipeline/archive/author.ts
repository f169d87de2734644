/** Authors as each document wants them: an organisation has one name, a person two. */
import type { Author } from "../project/publication.ts";

/** The name as a reader says it. */
export function authorName(author: Author): string {
  return author.name ?? `${author.given} ${author.family}`;
}
