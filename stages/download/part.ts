/** The beginning of a file on this machine's disk, while the rest is fetched. */
import { StageError } from "../../pipeline/stage/task.ts";

export class Part implements Disposable {
  private constructor(
    readonly path: string,
    readonly file: Deno.FsFile,
  ) {}

  /** Opens a partial file to be continued at `start`; what is beyond is dropped. */
  static async open(path: string, start: number): Promise<Part> {
    try {
      const file = await Deno.open(path, { write: true, create: true });
      try {
        if ((await file.stat()).size > start) await file.truncate(start);
        await file.seek(start, Deno.SeekMode.Start);
      } catch (error) {
        file.close();
        throw error;
      }
      return new Part(path, file);
    } catch (error) {
      throw unwritable(path, error);
    }
  }

  /** Its length in bytes; 0 if there is none. */
  static async length(path: string): Promise<number> {
    try {
      return (await Deno.stat(path)).size;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return 0;
      throw error;
    }
  }

  static async remove(path: string): Promise<void> {
    await Deno.remove(path);
  }

  /** @throws StageError if the disk does not take it. */
  append(bytes: Uint8Array): void {
    try {
      for (let written = 0; written < bytes.length;) {
        written += this.file.writeSync(bytes.subarray(written));
      }
    } catch (error) {
      throw unwritable(this.path, error);
    }
  }

  [Symbol.dispose](): void {
    this.file.close();
  }
}

function unwritable(path: string, error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const full = "code" in error && error.code === "ENOSPC" ||
    error.message.includes("os error 28");
  const denied = error instanceof Deno.errors.PermissionDenied;
  if (!full && !denied) return error;
  return new StageError(
    `Cannot write ${path}`,
    full ? "the disk is full" : "no permission to write there",
    full
      ? "free some space, or move the project to a larger disk"
      : "give the user who runs this the right to write to the project's folder",
  );
}
