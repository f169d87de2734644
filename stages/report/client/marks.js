/** The marks of the lines: the first four are those of the figures. */

/** Outlines around (0, 0), of about the size 1, to be closed. */
const OUTLINES = [
  (c) => c.arc(0, 0, 1, 0, 2 * Math.PI),
  (c) => c.rect(-0.9, -0.9, 1.8, 1.8),
  (c) => polygon(c, [[0, -1.15], [1.1, 0.85], [-1.1, 0.85]]),
  (c) => polygon(c, [[0, -1.25], [1.25, 0], [0, 1.25], [-1.25, 0]]),
  (c) => polygon(c, [[0, 1.15], [1.1, -0.85], [-1.1, -0.85]]),
  (c) => polygon(c, star(5)),
  (c) => polygon(c, star(4)),
  (c) => polygon(c, star(3)),
];

function polygon(context, points) {
  points.forEach(([x, y], index) =>
    index === 0 ? context.moveTo(x, y) : context.lineTo(x, y)
  );
}

/** So many tips, and as many corners between them. */
function star(tips) {
  return Array.from({ length: 2 * tips }, (_, n) => {
    const angle = Math.PI * n / tips;
    const radius = n % 2 === 0 ? 1.35 : 0.55;
    return [radius * Math.sin(angle), -radius * Math.cos(angle)];
  });
}

/** Draws the n-th mark around a point, `size` being about half its width. */
export function drawMark(context, n, { x, y, size, stroke, fill }) {
  context.save();
  context.translate(x, y);
  context.scale(size, size);
  context.beginPath();
  OUTLINES[n % OUTLINES.length](context);
  context.closePath();
  context.restore();
  context.fillStyle = fill;
  context.fill();
  context.strokeStyle = stroke;
  context.stroke();
}
