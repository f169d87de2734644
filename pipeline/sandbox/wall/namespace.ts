/**
 * A view of the file system in which everything but some folders is read-only:
 * for what Landlock has no rule, changing the rights, the owner, the times and
 * the attributes of files. A mount namespace of the process's own, which lasts
 * as long as it does and which nothing outside sees.
 *
 * Root may have one for the asking, anybody else in a user namespace (wall.ts).
 * Machines that allow neither do without.
 */
import { cString, type Libc } from "./libc.ts";

const CLONE_NEWNS = 0x00020000;
const MOUNT_SETATTR = 442n;
const AT_FDCWD = -100n;
const AT_RECURSIVE = 0x8000n;
const MOUNT_ATTR_RDONLY = 1n;
const MS_BIND_REC = 0x5000n;
const MS_PRIVATE = 1n << 18n;

/** `struct mount_attr` of linux/mount.h. */
function attributes(
  { set = 0n, clear = 0n, propagation = 0n },
): BigUint64Array<ArrayBuffer> {
  return new BigUint64Array([set, clear, propagation, 0n]);
}

/**
 * Makes everything but the `writable` folders read-only for this thread and
 * what it becomes. False if the machine does not let it, and all can be changed
 * as before.
 */
export function seal(
  { symbols: libc }: Libc,
  writable: readonly string[],
): boolean {
  if (libc.unshare(CLONE_NEWNS) !== 0) return false;
  const change = (
    path: string,
    flags: bigint,
    attribute: BigUint64Array<ArrayBuffer>,
  ) =>
    libc.mountSetattr(
      MOUNT_SETATTR,
      AT_FDCWD,
      cString(path),
      flags,
      attribute,
      BigInt(attribute.byteLength),
    ) === 0n;
  // Or what is mounted next would appear outside, too.
  const alone = attributes({ propagation: MS_PRIVATE });
  if (!change("/", AT_RECURSIVE, alone)) return false;
  for (const path of writable) {
    const name = cString(path);
    if (libc.mount(name, name, null, MS_BIND_REC, null) !== 0) return false;
  }
  const readOnly = attributes({ set: MOUNT_ATTR_RDONLY });
  if (!change("/", AT_RECURSIVE, readOnly)) return false;
  const asBefore = attributes({ clear: MOUNT_ATTR_RDONLY });
  for (const path of writable) change(path, 0n, asBefore);
  // Else the folder where we are would be the one below the new mount.
  Deno.chdir(Deno.cwd());
  return true;
}
