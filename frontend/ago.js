// <time class="ago">: relative beside the absolute one, which stays in the title.
import { cityNow } from "./citytime.js";

const STEPS = [["second", 60], ["minute", 60], ["hour", 24], ["day", 7], ["week", 4.35], ["month", 12], ["year", Infinity]];

function ago(then) {
  let size = (then - cityNow()) / 1000;
  for (const [unit, most] of STEPS) {
    if (Math.abs(size) < most) return new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto" }).format(Math.round(size), unit);
    size /= most;
  }
}

function refresh() {
  for (const one of document.querySelectorAll("time.ago")) {
    one.title ||= one.textContent.trim();
    one.textContent = ago(new Date(one.dateTime));
  }
}

refresh();
setInterval(refresh, 30000);
