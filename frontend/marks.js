// Marks of the map, drawn when the map asks for them: shape says state, the number is the rank or the site's number.
import { token } from "./tokens.js";

const RATIO = 2;

function canvas(width, height) {
  const pad = document.createElement("canvas");
  pad.width = Math.ceil(width * RATIO);
  pad.height = Math.ceil(height * RATIO);
  const pen = pad.getContext("2d");
  pen.scale(RATIO, RATIO);
  return [pad, pen];
}

function image(pad) {
  return pad.getContext("2d").getImageData(0, 0, pad.width, pad.height);
}

function shape(pen, state, x, r) {
  pen.beginPath();
  if (state === "new") {
    pen.moveTo(x, x - r * 1.15);
    pen.lineTo(x + r * 1.15, x);
    pen.lineTo(x, x + r * 1.15);
    pen.lineTo(x - r * 1.15, x);
    pen.closePath();
  } else pen.arc(x, x, r, 0, 2 * Math.PI);
}

// `s:STATE:NAME`: an incident as its clock stands, or a unit, with its name beside it. `m:STATE:LABEL`: a place. `d:STATE`: a small one without a number. `c:COUNT`: a cluster of reports. `a:NAME`: an area's name.
export function draw(id) {
  const [kind, first, second = ""] = id.split(":");
  if (kind === "a") return name(id.slice(2));
  if (kind === "c") return cluster(first);
  if (kind === "s") return standing(first, id.slice(first.length + 3));
  return place(first, kind === "m" ? second : "");
}

function place(state, label) {
  const r = label ? Math.max(10, 4.5 + label.length * 3.4) : 4.5;
  const half = r * 1.15 + 5;
  const [pad, pen] = canvas(2 * half, 2 * half);
  const gone = state === "gone" || state === "watch";
  if (state === "grown" && label) {
    shape(pen, state, half, r + 3);
    pen.strokeStyle = token("accent");
    pen.lineWidth = 1.5;
    pen.stroke();
  }
  shape(pen, state, half, r);
  pen.fillStyle = gone ? token("map-land") : state === "new" ? token("c1") : token("accent");
  pen.fill();
  pen.lineWidth = 1.5;
  pen.setLineDash(gone ? [2, 2] : []);
  pen.strokeStyle = gone ? token("edge") : token("surface");
  pen.stroke();
  if (label) {
    pen.font = `600 12px ${token("font")}`;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillStyle = gone ? token("ink-2") : state === "new" ? token("surface") : token("on-accent");
    pen.fillText(label, half, half + 0.5);
  }
  return image(pad);
}

const FILLS = { late: "late-mark", warn: "warn-mark", calm: "calm-mark", done: "done-mark", unit: "c1" };

// The shape stands at the point: the image is as wide on the left of it as the name needs on the right.
function standing(state, text) {
  const [r, font] = [6.5, `12px ${token("font")}`];
  const [, probe] = canvas(1, 1);
  probe.font = font;
  const half = text ? probe.measureText(text).width + r + 12 : r + 4;
  const [pad, pen] = canvas(2 * half, 24);
  pen.translate(half, 12);
  pen.beginPath();
  if (state === "late") [[0, -r - 2], [r + 2, 0], [0, r + 2], [-r - 2, 0]].forEach(([x, y]) => pen.lineTo(x, y));
  else if (state === "warn") [[0, -r - 1], [r + 2, r], [-r - 2, r]].forEach(([x, y]) => pen.lineTo(x, y));
  else if (state === "unit" || state === "out") pen.rect(-r + 1, -r + 1, 2 * r - 2, 2 * r - 2);
  else pen.arc(0, 0, r, 0, 2 * Math.PI);
  pen.closePath();
  pen.fillStyle = token(FILLS[state] ?? "surface");
  pen.fill();
  pen.strokeStyle = token(FILLS[state] ? "surface" : "ink");
  pen.lineWidth = 1.5;
  pen.stroke();
  pen.font = font;
  pen.textBaseline = "middle";
  pen.lineJoin = "round";
  pen.lineWidth = 3;
  pen.strokeStyle = token("map-land");
  pen.strokeText(text, r + 6, 1);
  pen.fillStyle = token("ink");
  pen.fillText(text, r + 6, 1);
  return image(pad);
}

function cluster(count) {
  const r = 9 + count.length * 3;
  const half = r + 2;
  const [pad, pen] = canvas(2 * half, 2 * half);
  shape(pen, "", half, r);
  pen.fillStyle = token("surface");
  pen.fill();
  pen.strokeStyle = token("ink-3");
  pen.lineWidth = 1.5;
  pen.stroke();
  pen.font = `12px ${token("font")}`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillStyle = token("ink");
  pen.fillText(count, half, half + 0.5);
  return image(pad);
}

function name(text) {
  const font = `13px ${token("font")}`;
  const [, probe] = canvas(1, 1);
  probe.font = font;
  const width = probe.measureText(text).width + 10;
  const [pad, pen] = canvas(width, 22);
  pen.font = font;
  pen.textBaseline = "middle";
  pen.lineJoin = "round";
  pen.lineWidth = 3;
  pen.strokeStyle = token("map-land");
  pen.strokeText(text, 5, 11);
  pen.fillStyle = token("map-label");
  pen.fillText(text, 5, 11);
  return image(pad);
}

export const ratio = RATIO;
