/** How Deno's lock file names a package. Part of every archive's verifier. */

/** `x@1.0.0_y@2.0.0` without its peers; an underscore in the name itself stays. */
export function packageOf(
  id: string,
): { readonly name: string; readonly version: string } {
  const at = id.indexOf("@", 1);
  return {
    name: id.slice(0, at),
    version: id.slice(at + 1).replace(/_.*$/, ""),
  };
}
