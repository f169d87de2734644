/** Where a shared cache is: a folder, a server, or a bucket. */

/** The address of a cache, taken apart. */
export type Address =
  /** Absolute, or relative to the project. */
  | { readonly kind: "folder"; readonly path: string }
  /** Without a slash at its end. */
  | { readonly kind: "http"; readonly url: string }
  | {
    readonly kind: "s3";
    readonly bucket: string;
    /** Without slashes at its ends; may be empty. */
    readonly prefix: string;
  };

/** An address, or why it is none; the reason never repeats it, since it may hold a secret. */
export function parseAddress(text: string): Address | string {
  if (text === "" || /\p{Cc}/u.test(text)) {
    return "allowed is a folder, http(s)://HOST/PATH or s3://BUCKET/PREFIX";
  }
  const [, scheme] = /^([a-zA-Z][a-zA-Z0-9+.-]*):\/\//.exec(text) ?? [];
  if (scheme === undefined) return { kind: "folder", path: text };
  if (!URL.canParse(text)) return "it is no address";
  const url = new URL(text);
  // What stands in a configuration or on a command line, others can read.
  if (url.username !== "" || url.password !== "") {
    return "it holds a name or a password; a token belongs in " +
      "FACSIMILE_CACHE_TOKEN or in a private file (cache.token_file)";
  }
  if (url.search !== "" || url.hash !== "") {
    return "it ends with ? or #; a token belongs in " +
      "FACSIMILE_CACHE_TOKEN or in a private file (cache.token_file)";
  }
  switch (url.protocol) {
    case "http:":
    case "https:":
      return { kind: "http", url: url.href.replace(/\/+$/, "") };
    case "s3:": {
      const bucket = url.hostname;
      if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) {
        return "its bucket is none: 3 to 63 small letters, digits, dots and hyphens";
      }
      const prefix = url.pathname.replace(/^\/+|\/+$/g, "");
      if (!/^[\w.\/-]*$/.test(prefix)) {
        return "its prefix may have letters, digits and . _ - / only";
      }
      return { kind: "s3", bucket, prefix };
    }
    case "file:":
      return { kind: "folder", path: decodeURIComponent(url.pathname) };
    default:
      return `${scheme}:// is not known; allowed is a folder, ` +
        "http(s)://HOST/PATH or s3://BUCKET/PREFIX";
  }
}

/** Whether a host is this machine, whatever the network says. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "[::1]" ||
    /^127\.\d+\.\d+\.\d+$/.test(host);
}
