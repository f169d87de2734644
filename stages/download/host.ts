/** The hosts of mirrors, as a permission names them. */

/**
 * The host of a URL with http or https, with its port if it has one. None where
 * a permission would not mean that host alone: a comma allows two, a star all.
 */
export function hostOf(url: string): string | undefined {
  const { protocol, hostname, host, port } = URL.parse(url) ?? {};
  const plain = /^([a-z0-9_-]+(\.[a-z0-9_-]+)*\.?|\[[0-9a-f:.]+\])$/;
  return /^https?:$/.test(protocol ?? "") && plain.test(hostname ?? "") &&
      port !== "0"
    ? host
    : undefined;
}
