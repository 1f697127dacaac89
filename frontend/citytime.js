// A simulated city keeps its own time: how far it is from this machine's, and the marker that shows it by the minute.
const marker = document.querySelector("[data-city-ahead-s]");
const ahead = marker ? Number(marker.dataset.cityAheadS) * 1000 : 0;

export function cityNow() {
  return Date.now() + ahead;
}

if (marker) {
  const shown = marker.querySelector("time");
  const from = Date.parse(`${shown.dataset.shows.replace(" ", "T")}Z`) - Date.now(); // read as UTC: no zone tables needed
  setInterval(() => {
    shown.textContent = new Date(Date.now() + from).toISOString().slice(0, 16).replace("T", " ");
  }, 5000);
}
