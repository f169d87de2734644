/** The elements of tensors as bytes and back, and the numbers of their types. */
import type { DataType, Elements } from "./model.ts";

/** `TensorProto.DataType`. */
export const DATA_TYPES: { readonly [type in DataType]: number } = {
  float32: 1,
  uint8: 2,
  int32: 6,
  int64: 7,
  bool: 9,
  float64: 11,
};

/** Elements as bytes, little-endian whatever this machine is. */
export function rawData(tensor: Elements): Uint8Array {
  const { type, data } = tensor;
  if (type === "uint8" || type === "bool") return data;
  const width = type === "float32" || type === "int32" ? 4 : 8;
  const bytes = new Uint8Array(data.length * width);
  const view = new DataView(bytes.buffer);
  data.forEach((value: number, index: number) => {
    const at = index * width;
    if (type === "float32") view.setFloat32(at, value, true);
    else if (type === "float64") view.setFloat64(at, value, true);
    else if (type === "int32") view.setInt32(at, value, true);
    else view.setBigInt64(at, BigInt(value), true);
  });
  return bytes;
}

/** Elements from such bytes. */
export function elements(type: DataType, bytes: Uint8Array): Elements {
  if (type === "uint8" || type === "bool") return { type, data: bytes };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const width = type === "float32" || type === "int32" ? 4 : 8;
  const read = (value: (at: number) => number) =>
    Array.from({ length: bytes.length / width }, (_, i) => value(i * width));
  switch (type) {
    case "float32":
      return {
        type,
        data: Float32Array.from(read((at) => view.getFloat32(at, true))),
      };
    case "float64":
      return {
        type,
        data: Float64Array.from(read((at) => view.getFloat64(at, true))),
      };
    case "int32":
      return {
        type,
        data: Int32Array.from(read((at) => view.getInt32(at, true))),
      };
    case "int64":
      return { type, data: read((at) => Number(view.getBigInt64(at, true))) };
  }
}

/** The type with a number. */
export function typeOf(dataType: number): DataType {
  const names = Object.keys(DATA_TYPES) as DataType[];
  const type = names.find((name) => DATA_TYPES[name] === dataType);
  if (!type) throw new TypeError(`Element type ${dataType} is not in use here`);
  return type;
}
