/**
 * The rules for the system that every program needs, its libraries and devices.
 * What lies here is readable behind the kernel's wall without a declaration: these
 * are the limits of what the wall proves.
 */
import { names } from "../../store/path.ts";
import type { Rule } from "./restriction.ts";

/** Where programs are looked for inside a sandbox. */
export const SYSTEM_PATH =
  "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/**
 * Programs and libraries. Not `/etc`, `/home`, `/root`, `/tmp`, `/var`, `/srv`,
 * `/mnt`. Of `/usr` all but `local`, where people install by hand what no fact
 * tells of.
 */
const SYSTEM = [
  "/bin",
  "/sbin",
  "/lib",
  "/lib32",
  "/lib64",
  "/nix/store",
  "/gnu/store",
];

/** Settings of the loader and of interpreters; of `/etc` nothing else. */
const SETTINGS =
  /^(ld\.so\..*|ld-.*\.path|python\d.*|R|perl|java.*|fonts|alternatives|localtime|magic|vulkan|OpenCL|glvnd)$/;

/** What a resolver and TLS read. */
const NETWORK = [
  "/etc/resolv.conf",
  "/etc/hosts",
  "/etc/host.conf",
  "/etc/nsswitch.conf",
  "/etc/gai.conf",
  "/etc/services",
  "/etc/protocols",
  "/etc/ssl",
  "/etc/ca-certificates",
  "/etc/pki",
  "/run/systemd/resolve",
];

const DEVICES = ["null", "zero", "full", "random", "urandom", "tty"];

/** Devices of graphics cards: kernel modesetting, AMD, NVIDIA, and WSL. */
const GRAPHICS = /^(dri|kfd|nvidia.*|dxg)$/;

/** The rules for the libraries, settings and devices of this system. */
export function systemRules(
  { net, gpu }: { readonly net: boolean; readonly gpu: boolean },
): readonly Rule[] {
  const devices = [
    ...DEVICES,
    ...(gpu ? names("/dev").filter((name) => GRAPHICS.test(name)) : []),
  ];
  return [
    ...[
      ...names("/usr").filter((name) => name !== "local")
        .map((name) => `/usr/${name}`),
      ...SYSTEM,
      // The libraries of a graphics card are put there by hand.
      ...(gpu ? ["/usr/local"] : []),
    ].map((path): Rule => ({ path, access: "run" })),
    ...names("/etc").filter((name) => SETTINGS.test(name))
      .map((name): Rule => ({ path: `/etc/${name}`, access: "read" })),
    ...(net ? NETWORK : []).map((path): Rule => ({ path, access: "read" })),
    // Other processes' secrets in /proc stay shut: the kernel lets nobody out of
    // a Landlock domain look into a process outside of it, and bwrap has its own.
    { path: "/proc", access: "read" },
    { path: "/sys", access: "read" },
    ...devices.map((name): Rule => ({
      path: `/dev/${name}`,
      access: "device",
    })),
    ...(gpu ? [{ path: "/dev/shm", access: "write" } as const] : []),
  ];
}
