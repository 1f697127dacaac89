// A simulated city keeps its own time: how far it is from this machine's. What a page shows of the time, in its marker
// and in the console's bar, goes on from one reading of the server's, so that no two clocks of a page disagree.
const marker = document.querySelector("[data-city-ahead-s]");
const ahead = marker ? Number(marker.dataset.cityAheadS) * 1000 : 0;
const shown = [...document.querySelectorAll("[data-shows]")];

export function cityNow() {
  return Date.now() + ahead;
}

if (shown.length) {
  const from = Math.max(...shown.map((one) => Date.parse(`${one.dataset.shows.replace(" ", "T")}Z`))) - Date.now(); // read as UTC: no zone tables needed
  const refresh = () => {
    const now = new Date(Date.now() + from).toISOString().replace("T", " ");
    for (const one of shown) one.textContent = "now" in one.dataset ? now.slice(11, 19) : now.slice(0, 16);
  };
  refresh();
  setInterval(refresh, 1000);
}
