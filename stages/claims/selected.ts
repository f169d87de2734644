/** The places on an axis that an expression names. */
import { type Expression, parse } from "./syntax.ts";

/** All of them, in order; of an expression that passes `checkClaim`. */
export function selected(text: string, axis: string): (number | string)[] {
  const found: (number | string)[] = [];
  const look = (part: Expression): void => {
    switch (part.kind) {
      case "binary":
        return [part.left, part.right].forEach(look);
      case "not":
      case "minus":
        return look(part.of);
      case "range":
        return [part.value, part.low, part.high].forEach(look);
      case "near":
        return [part.value, part.distance, part.target].forEach(look);
      case "call": {
        const place = part.point[axis];
        if (place !== undefined) found.push(place);
        return part.arguments.forEach(look);
      }
      case "number":
      case "name":
    }
  };
  look(parse(text));
  return found;
}
