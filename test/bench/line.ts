/** A stream of bytes as a stream of lines. */
export function lines(): {
  readable: ReadableStream<string>;
  writable: WritableStream<Uint8Array<ArrayBuffer>>;
} {
  let rest = "";
  const decoder = new TextDecoder();
  return new TransformStream<Uint8Array<ArrayBuffer>, string>({
    transform(chunk, controller) {
      const parts = (rest + decoder.decode(chunk, { stream: true })).split(
        "\n",
      );
      rest = parts.pop() ?? "";
      for (const part of parts) controller.enqueue(part);
    },
    flush(controller) {
      if (rest) controller.enqueue(rest);
    },
  });
}
