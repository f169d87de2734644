/** Files and networks by their points. */
import { equal, throws } from "node:assert/strict";
import { fileOf } from "../../../stages/formats/names.ts";
import { memberAt, type Study } from "../../../stages/formats/study.ts";
import { Counter } from "../../pipeline/run/counted.ts";

Deno.test("fileOf() and memberAt() look at each network as often, however many there are", () => {
  const looks = (count: number) => {
    const points = Array.from(
      { length: count },
      (_, seed) => ({ lr: 1, seed }),
    );
    const counter = new Counter();
    const files = counter.over(
      points.map((point) => ({ point, path: String(point.seed) })),
    );
    const study = counter.over<Study>({
      axes: [],
      networks: points.map((point) => ({
        name: String(point.seed),
        group: "",
        point,
        at: point,
      })),
    });
    for (const point of points) {
      equal(fileOf(point, files), String(point.seed));
      equal(memberAt(study, point).name, String(point.seed));
    }
    return counter.count / count;
  };
  const [few, many] = [looks(20), looks(200)];
  equal(many < few * 1.5, true, `${few} looks at each of 20, ${many} of 200`);
  throws(() => fileOf({ lr: 2 }, []), { message: 'Nothing at {"lr":2}' });
});
