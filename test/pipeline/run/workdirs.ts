/**
 * A puppet, as a worker: makes the work folders of a run. The first one stops
 * between making its lock and taking it, until the second one, which sweeps, has
 * looked at that lock; the second one then waits until the first one is done.
 */
import { Workdirs } from "../../../pipeline/run/workdir.ts";

const port = self as unknown as {
  onmessage: (event: MessageEvent<[string, string, Int32Array]>) => void;
  postMessage(message: boolean): void;
};

port.onmessage = ({ data: [role, store, flags] }) => {
  const tell = (flag: number) => {
    Atomics.store(flags, flag, 1);
    Atomics.notify(flags, flag);
  };
  const wait = (flag: number) => Atomics.wait(flags, flag, 0);
  const file = Deno.FsFile.prototype;
  if (role === "first") {
    const { lockSync, tryLockSync } = file;
    const pause = () => {
      Object.assign(file, { lockSync, tryLockSync });
      tell(0);
      wait(1);
    };
    file.lockSync = function (exclusive) {
      pause();
      return this.lockSync(exclusive);
    };
    file.tryLockSync = function (exclusive) {
      pause();
      return this.tryLockSync(exclusive);
    };
    using workdirs = new Workdirs(store);
    tell(2);
    wait(3);
    port.postMessage(workdirs.stands);
  } else {
    wait(0);
    const { close } = file;
    file.close = function () {
      Object.assign(file, { close });
      this.close();
      tell(1);
      wait(2);
    };
    using workdirs = new Workdirs(store);
    tell(3);
    port.postMessage(workdirs.stands);
  }
};
