/** Graphics cards as the kernel shows them. */

/** Where the kernel shows graphics cards; without any of them there is no need to ask. */
export const DEVICES = ["/dev/dri", "/dev/nvidiactl", "/dev/kfd"];

/** Whether it is worth asking for a graphics card: the question itself takes time, and complains. */
export function mayHaveCard(): boolean {
  return Deno.build.os !== "linux" || DEVICES.some(there);
}

/** Whether a file, or a device, is there. */
export function there(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
